import { useEffect } from "react";
import { useShop } from "@/api/useShop";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { ButtonLink } from "@/ui/links";
import classes from "./Hero.module.css";
import { WaysIn } from "./WaysIn";

/** The first thing that a visitor sees: whose shop it is, what it does, and the ways in, on one slip. */
export function Hero() {
  const t = useWords(storefront);
  const { name } = useShop();
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <div className={classes.slip}>
      <div className={classes.pitch}>
        <h1 className={classes.name}>{name}</h1>
        <p className={classes.lead}>{t.lead}</p>
        <p className={classes.about}>{t.about}</p>
        <div className={classes.actions}>
          <ButtonLink to="/products" size="md">
            {t.seeProducts}
          </ButtonLink>
          <ButtonLink to="/order" size="md" variant="default">
            {t.describe}
          </ButtonLink>
        </div>
      </div>
      <WaysIn />
    </div>
  );
}
