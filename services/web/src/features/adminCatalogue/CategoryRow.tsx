import { ActionIcon, Group } from "@mantine/core";
import { ArrowDown, ArrowUp, Eye, EyeOff, FolderPlus, type LucideIcon, Pencil, Trash2 } from "lucide-react";
import type { Category } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import classes from "./Categories.module.css";
import { MAX_DEPTH } from "./categoryTree";

type Props = {
  category: Category;
  depth: number;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: -1 | 1) => void;
  onAdd: () => void;
  onEdit: () => void;
  onActive: () => void;
  onRemove: () => void;
};

/** A category with its actions. */
export function CategoryRow({ category, depth, isFirst, isLast, ...act }: Props) {
  const t = useWords(adminCatalogue);
  const { name, active } = category;
  return (
    <div className={classes.row} data-inactive={!active || undefined}>
      <div className={classes.about}>
        <span className={classes.name}>{name}</span>
        {!active && (
          <Stamp tone="over" icon={EyeOff}>
            {t.inactive}
          </Stamp>
        )}
        <span className={`code ${classes.slug}`}>{category.slug}</span>
        <TextLink to="/admin/products" search={{ category: category.id }} size="sm">
          {t.productCount(category.products)}
        </TextLink>
      </div>
      <Group gap={4} wrap="nowrap">
        <Act icon={ArrowUp} label={t.moveUp(name)} off={isFirst} onClick={() => act.onMove(-1)} />
        <Act icon={ArrowDown} label={t.moveDown(name)} off={isLast} onClick={() => act.onMove(1)} />
        <Act icon={FolderPlus} label={t.addBelow(name)} off={depth >= MAX_DEPTH} onClick={act.onAdd} />
        <Act icon={Pencil} label={t.editOne(name)} onClick={act.onEdit} />
        <Act
          icon={active ? EyeOff : Eye}
          label={active ? t.deactivate(name) : t.activate(name)}
          onClick={act.onActive}
        />
        <Act icon={Trash2} label={t.deleteOne(name)} onClick={act.onRemove} />
      </Group>
    </div>
  );
}

type ActProps = { icon: LucideIcon; label: string; off?: boolean; onClick: () => void };

/** A button that keeps the focus when it has nothing to do any more, at either end of the list. */
function Act({ icon: Icon, label, off = false, onClick }: ActProps) {
  return (
    <ActionIcon
      variant="subtle"
      size="md"
      aria-label={label}
      title={label}
      aria-disabled={off}
      data-disabled={off || undefined}
      onClick={() => !off && onClick()}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}
