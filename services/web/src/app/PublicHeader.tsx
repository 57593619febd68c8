import { Container } from "@mantine/core";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { CircleUser, Gauge, Package } from "lucide-react";
import { useSession } from "@/api/useSession";
import { useShop } from "@/api/useShop";
import { CartLink } from "@/features/cart/CartLink";
import { useCartMerge } from "@/features/cart/useCartMerge";
import { useCartSync } from "@/features/cart/useCartSync";
import { SearchBox } from "@/features/catalogue/SearchBox";
import { useLiveProducts } from "@/features/catalogue/useLiveProducts";
import { common } from "@/i18n/en/common";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Wordmark } from "@/ui/Wordmark";
import classes from "./PublicLayout.module.css";

/** The header of the storefront. It keeps products and cart current while any public page is shown. */
export function PublicHeader() {
  const words = useWords(shell);
  const { name } = useShop();
  const navigate = useNavigate();
  // The list has a search of its own, which follows typing.
  const hasSearch = useRouterState({ select: ({ location }) => location.pathname === "/products" });
  useLiveProducts();
  useCartMerge();
  useCartSync();
  const search = (q: string) => void navigate({ to: "/products", search: { q: q || undefined } });
  return (
    <header className={`${classes.header} no-print`}>
      <Container size="72rem" className={classes.bar}>
        <Link to="/" className={classes.brand}>
          <Wordmark name={name} />
        </Link>
        {!hasSearch && <SearchBox onSearch={search} className={classes.search} />}
        <nav className={classes.nav} aria-label={words.mainMenu}>
          <Link to="/products" className={classes.link} aria-label={words.products}>
            <Package size={20} className={classes.icon} aria-hidden="true" />
            <span className={classes.word}>{words.products}</span>
          </Link>
          <CartLink className={classes.link} />
          <AccountLink />
        </nav>
      </Container>
    </header>
  );
}

/** The way to sign in, or to the own pages. Its place is kept until it is known which. */
function AccountLink() {
  const t = useWords(common);
  const words = useWords(shell);
  const { kind } = useSession();
  if (kind === "user") {
    return (
      <Link to="/dashboard" className={classes.link} aria-label={words.dashboard}>
        <Gauge size={20} className={classes.icon} aria-hidden="true" />
        <span className={classes.word}>{words.dashboard}</span>
      </Link>
    );
  }
  return (
    <Link
      to="/sign-in"
      search={{ next: undefined }}
      className={classes.link}
      aria-label={t.signIn}
      data-hidden={kind === "unknown" || undefined}
    >
      <CircleUser size={20} className={classes.icon} aria-hidden="true" />
      <span className={classes.word}>{t.signIn}</span>
    </Link>
  );
}
