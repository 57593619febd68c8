import { Link } from "@tanstack/react-router";
import { ArrowRight, Hammer, Package, PencilLine } from "lucide-react";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import classes from "./Hero.module.css";

/** What the shop can do for a visitor: goods, services, and what is in no list. */
export function WaysIn() {
  const t = useWords(storefront);
  const { goods, services, own } = t.waysIn;
  return (
    <section aria-labelledby="ways" className={classes.ways}>
      <h2 id="ways" className={classes.title}>
        {t.ways}
      </h2>
      <ul className={classes.list}>
        <li className={classes.way}>
          <Package size={22} aria-hidden="true" />
          <h3>
            <Link to="/products" search={{ kind: "GOODS" }}>
              {goods.title}
            </Link>
          </h3>
          <p>{goods.hint}</p>
          <ArrowRight size={18} className={classes.arrow} aria-hidden="true" />
        </li>
        <li className={classes.way}>
          <Hammer size={22} aria-hidden="true" />
          <h3>
            <Link to="/products" search={{ kind: "SERVICE" }}>
              {services.title}
            </Link>
          </h3>
          <p>{services.hint}</p>
          <ArrowRight size={18} className={classes.arrow} aria-hidden="true" />
        </li>
        <li className={classes.way}>
          <PencilLine size={22} aria-hidden="true" />
          <h3>
            <Link to="/order">{own.title}</Link>
          </h3>
          <p>{own.hint}</p>
          <ArrowRight size={18} className={classes.arrow} aria-hidden="true" />
        </li>
      </ul>
    </section>
  );
}
