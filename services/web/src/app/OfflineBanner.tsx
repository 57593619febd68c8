import { WifiOff } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { useLiveStatus } from "@/live/useLive";
import classes from "./Shell.module.css";

/** Says that the pages may be old. */
export function OfflineBanner() {
  const t = useWords(common);
  const status = useLiveStatus();
  return (
    <div role="status" className={status === "offline" ? `${classes.offline} no-print` : undefined}>
      {status === "offline" && (
        <>
          <WifiOff size={16} aria-hidden="true" />
          {t.offline}
        </>
      )}
    </div>
  );
}
