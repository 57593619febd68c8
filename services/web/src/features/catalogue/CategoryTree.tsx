import type { Category } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { type CategoryNode, categoryPath, categoryTree } from "./categories";
import classes from "./Filters.module.css";
import { changed, type ProductFilters } from "./filters";

/** Otherwise the router marks links with fewer filters as current, too. */
const EXACT = { exact: true };

/** Categories as links, so that each has an address. What is below is shown for the chosen one and those that it is in. */
export function CategoryTree({ categories, filters }: { categories: Category[]; filters: ProductFilters }) {
  const t = useWords(storefront);
  const open = new Set(categoryPath(categories, ({ slug }) => slug === filters.category).map(({ id }) => id));
  if (categories.length === 0) return null;
  return (
    <nav aria-label={t.category} className={classes.group}>
      <h2 className={classes.legend}>{t.category}</h2>
      <ul className={classes.tree}>
        <li>
          <TextLink
            to="/products"
            search={changed(filters, { category: undefined })}
            className={classes.node}
            activeOptions={EXACT}
            aria-current={filters.category ? undefined : "true"}
          >
            {t.allCategories}
          </TextLink>
        </li>
        <Level nodes={categoryTree(categories)} open={open} filters={filters} />
      </ul>
    </nav>
  );
}

type LevelProps = { nodes: CategoryNode[]; open: Set<string>; filters: ProductFilters };

function Level({ nodes, open, filters }: LevelProps) {
  return nodes.map(({ category, children, products }) => (
    <li key={category.id}>
      <TextLink
        to="/products"
        search={changed(filters, { category: category.slug })}
        className={classes.node}
        activeOptions={EXACT}
        aria-current={category.slug === filters.category ? "true" : undefined}
      >
        <span>{category.name}</span>
        <span className={classes.count}>{number(products)}</span>
      </TextLink>
      {children.length > 0 && open.has(category.id) && (
        <ul className={classes.tree}>
          <Level nodes={children} open={open} filters={filters} />
        </ul>
      )}
    </li>
  ));
}
