import { Alert, Button, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { CircleAlert, FolderPlus, FolderTree } from "lucide-react";
import { useState } from "react";
import { isCode } from "@/api/failure";
import type { Category } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Branch, treeOf } from "@/ui/categoryTree";
import { Done } from "@/ui/Done";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import classes from "./Categories.module.css";
import { CategoryRow } from "./CategoryRow";
import { EditCategoryForm } from "./EditCategoryForm";
import { NewCategoryForm } from "./NewCategoryForm";
import { useCategories } from "./useCategories";

/** The form that is open. */
type Open = { kind: "new"; parentId: string | null } | { kind: "edit"; id: string };

/** The tree of categories, with everything that can be done to it. */
export function Categories() {
  const t = useWords(adminCatalogue);
  const state = useCategories();
  const [open, setOpen] = useState<Open | null>(null);
  const { data, isError, error, refetch } = state.query;
  const categories = data?.items;
  const add = (
    <Button size="xs" leftSection={<FolderPlus size={16} />} onClick={() => setOpen({ kind: "new", parentId: null })}>
      {t.newCategory}
    </Button>
  );
  const done = (category: Category) => {
    state.saved(category);
    setOpen(null);
  };
  return (
    <Stack>
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      <Refused error={state.error} subject={state.subject} />
      <Done message={state.removed && t.categoryRemoved(state.removed.name)} onUndo={state.undo} busy={state.busy} />
      {(categories || !isError) && (
        <Card title={t.categories} aside={add} flush>
          {!categories && <Skeleton height="20rem" />}
          {categories?.length === 0 && <Empty icon={<FolderTree />} title={t.noCategories} hint={t.noCategoriesHint} />}
          {categories && categories.length > 0 && (
            <Level branches={treeOf(categories)} state={state} onOpen={setOpen} />
          )}
        </Card>
      )}
      {categories && <FormModal open={open} categories={categories} onDone={done} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

type LevelProps = { branches: Branch[]; state: ReturnType<typeof useCategories>; onOpen: (open: Open) => void };

/** Siblings, each with what is below it. */
function Level({ branches, state, onOpen }: LevelProps) {
  return (
    <ul className={classes.level}>
      {branches.map(({ category, children, depth }, index) => (
        <li key={category.id}>
          <CategoryRow
            category={category}
            depth={depth}
            isFirst={index === 0}
            isLast={index === branches.length - 1}
            onMove={(by) => state.move(category, by)}
            onAdd={() => onOpen({ kind: "new", parentId: category.id })}
            onEdit={() => onOpen({ kind: "edit", id: category.id })}
            onActive={() => state.setActive(category, !category.active)}
            onRemove={() => state.remove(category)}
          />
          {children.length > 0 && <Level branches={children} state={state} onOpen={onOpen} />}
        </li>
      ))}
    </ul>
  );
}

type ModalProps = {
  open: Open | null;
  categories: Category[];
  onDone: (category: Category) => void;
  onClose: () => void;
};

function FormModal({ open, categories, onDone, onClose }: ModalProps) {
  const t = useWords(adminCatalogue);
  const edited = open?.kind === "edit" ? categories.find(({ id }) => id === open.id) : undefined;
  const title = open?.kind === "edit" ? t.editCategory : t.newCategory;
  const forms = { categories, onDone, onCancel: onClose };
  return (
    <Modal
      opened={open?.kind === "new" || edited !== undefined}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
    >
      {open?.kind === "new" && <NewCategoryForm parentId={open.parentId} {...forms} />}
      {edited && <EditCategoryForm category={edited} {...forms} />}
    </Modal>
  );
}

/** Why the last change was refused, with the way to what is in the category. */
function Refused({ error, subject }: { error: unknown; subject: Category | null }) {
  const t = useWords(adminCatalogue);
  if (!error || !subject) return null;
  if (!isCode(error, "CATEGORY_IN_USE")) return <FailureNote error={error} />;
  return (
    <Alert role="alert" color="red" variant="light" icon={<CircleAlert />} title={t.inUse(subject.name)}>
      <Text size="sm">{t.inUseHint}</Text>
      <TextLink to="/admin/products" search={{ category: subject.id }} size="sm">
        {t.itsProducts}
      </TextLink>
    </Alert>
  );
}
