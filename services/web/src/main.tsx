import "@fontsource-variable/inter/wght.css";
import "./app/mantine.css";
import "./app/tokens.css";

import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLanguage } from "@/i18n/language";
import { connectWithSession } from "@/live/live";
import { reloadOnceForNewBuild } from "./app/newBuild";
import { startNonce } from "./app/nonce";
import { Providers } from "./app/providers";
import { router } from "./app/router";

startNonce();
reloadOnceForNewBuild();

function start() {
  connectWithSession();
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}

// No top-level await: a language's file imports the base file that this module is in, so each would wait for the other for ever.
void startLanguage().then(start);
