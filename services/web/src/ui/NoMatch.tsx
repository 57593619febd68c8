import { Button } from "@mantine/core";
import { SearchX } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Empty } from "./Empty";

/** Says that the filters leave nothing, and takes them away. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const t = useWords(common);
  const clear = (
    <Button variant="default" onClick={onClear}>
      {t.clearFilters}
    </Button>
  );
  return <Empty icon={<SearchX aria-hidden="true" />} title={t.noMatch} hint={t.noMatchHint} action={clear} />;
}
