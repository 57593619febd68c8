import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useCategories } from "@/api/categories";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { categoryTree } from "./categories";
import classes from "./Home.module.css";

/** The top categories that have products. A shop without categories shows nothing here, and so does one that cannot be asked. */
export function TopCategories() {
  const t = useWords(storefront);
  const { data, isPending } = useCategories();
  if (isPending) return <Skeleton height="4.7rem" />;
  const top = categoryTree(data?.items ?? []).filter(({ products }) => products > 0);
  if (top.length === 0) return null;
  return (
    <nav aria-labelledby="categories">
      <h2 id="categories" className={classes.title}>
        {t.categories}
      </h2>
      <ul className={classes.categories}>
        {top.map(({ category, products }) => (
          <li key={category.id}>
            <TextLink to="/products" search={{ category: category.slug }} className={classes.category}>
              {category.name}
              <span className={classes.count} aria-hidden="true">
                {products}
              </span>
              <VisuallyHidden> ({t.inCategory(products)})</VisuallyHidden>
            </TextLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
