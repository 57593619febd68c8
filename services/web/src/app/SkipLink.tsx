import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";

/** Lets keyboards pass the navigation. */
export function SkipLink() {
  const t = useWords(common);
  return (
    <a className="skip" href="#content">
      {t.skipToContent}
    </a>
  );
}
