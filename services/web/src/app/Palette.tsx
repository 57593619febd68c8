import "@mantine/spotlight/styles.layer.css";

import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useRole } from "@/api/useSession";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { DESTINATIONS } from "./navigation";

/** Goes to any page. */
export function Palette() {
  const t = useWords(shell);
  const role = useRole();
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = DESTINATIONS.filter(({ roles }) => role && roles.includes(role)).map(
    ({ to, word, icon: Icon }) => ({
      id: to,
      label: t[word],
      leftSection: <Icon size={18} aria-hidden="true" />,
      onClick: () => void navigate({ to }),
    }),
  );
  return (
    <Spotlight
      actions={actions}
      shortcut={null}
      nothingFound={t.nothingFound}
      highlightQuery
      attributes={{ content: { "aria-label": t.palette } }}
      searchProps={{ leftSection: <Search size={18} />, placeholder: t.paletteHint, "aria-label": t.palette }}
    />
  );
}
