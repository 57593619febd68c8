import { ActionIcon, Menu, Modal } from "@mantine/core";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { NameForm } from "./SaveView";
import { keptViews, renamedView, type View } from "./views";

type Props = { view: View; views: View[]; onDelete: () => void };

/** Renames and deletes the view that is shown. */
export function ViewMenu({ view, views, onDelete }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [renaming, setRenaming] = useState(false);
  const rename = (name: string) => {
    keptViews.set(renamedView(views, view.id, name));
    setRenaming(false);
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" size="lg" aria-label={t.viewActions(view.name)}>
            <Ellipsis size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} aria-hidden="true" />} onClick={() => setRenaming(true)}>
            {t.rename}
          </Menu.Item>
          <Menu.Item leftSection={<Trash2 size={16} aria-hidden="true" />} onClick={onDelete}>
            {c.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={renaming} onClose={() => setRenaming(false)} title={t.renameView} size="xs">
        {renaming && <NameForm views={views} action={t.rename} initial={view.name} onName={rename} />}
      </Modal>
    </>
  );
}
