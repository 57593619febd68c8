import type { Category, Product } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { categoryPath } from "./categories";
import classes from "./ProductDetails.module.css";

/** The way back up: all products, and the categories of this one. */
export function ProductPath({ product, categories }: { product: Product | undefined; categories: Category[] }) {
  const t = useWords(storefront);
  const path = categoryPath(categories, ({ id }) => id === product?.categoryId);
  return (
    <nav aria-label={t.path}>
      <ol className={classes.path}>
        <li>
          <TextLink to="/products">{t.products}</TextLink>
        </li>
        {path.map(({ id, slug, name }) => (
          <li key={id}>
            <TextLink to="/products" search={{ category: slug }}>
              {name}
            </TextLink>
          </li>
        ))}
      </ol>
    </nav>
  );
}
