//! What every service process needs: settings, telemetry, health, caller identity, errors, shutdown
