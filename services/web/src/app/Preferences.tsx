import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useWords } from "@/i18n/language";
import classes from "./Preferences.module.css";

/** Language and appearance, as the browser's own lists: they need no code. */
export function Preferences() {
  const t = useWords(common);
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <span className={classes.row}>
      <select
        aria-label={t.language}
        className={classes.choice}
        value={language}
        onChange={(event) => void chooseLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={t.theme}
        className={classes.choice}
        value={colorScheme}
        onChange={(event) => setColorScheme(event.target.value as MantineColorScheme)}
      >
        {Object.entries(t.themes).map(([scheme, name]) => (
          <option key={scheme} value={scheme}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
