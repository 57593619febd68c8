/** Components of the kit with their parts. */
const kit = (...names: string[]) => new RegExp(`@mantine/core/esm/components/(${names.join("|")})/`);

/** Icons of the pages in the shop, by their files. One that is missing here costs these pages a request, nothing else. */
const SHOP_ICONS = [
  "arrow-right",
  "ban",
  "check",
  "check-check",
  "chevron-down",
  "circle-dashed",
  "circle-pause",
  "hammer",
  "info",
  "minus",
  "package-x",
  "pencil-line",
  "plus",
  "trash",
  "x",
];

/** What the pages of the shop share: home, products, a product, the cart, the order form. */
const SHOP = [
  kit("SimpleGrid", "Skeleton"),
  // Small parts of many fields and menus.
  /@mantine\/(hooks|core\/esm\/core)\/.*(auto-contrast|Direction|merged-ref|uncontrolled)/,
  /\/(CheckIcon|RadioIcon)\./,
  /src\/features\/catalogue\/(AvailabilityNote|Price|ProductPicture|categories)\./,
  /src\/features\/session\/signIn\./,
  /src\/ui\/(Card|Page|SearchField|Stamp|categoryTree|keptWrite|useRowKeys)\./,
  /src\/api\/(categories|key|orders)\./,
  new RegExp(`lucide-react/dist/esm/icons/(${SHOP_ICONS.join("|")})\\.`),
];

/**
 * Modules that are built into one file, the first group that fits counts. The bundler would make a file of every few modules that the same
 * pages need: over a hundred, many with less code than a request costs, and small files compress badly.
 */
export const groups = [
  // What every page needs.
  { name: "base", tags: ["$initial" as const] },
  { name: "shop", test: (id: string) => SHOP.some((part) => part.test(id)) },
  { name: "fields", test: kit("Checkbox", "InlineInput", "Radio") },
  { name: "password", test: /components\/PasswordInput\/|src\/ui\/PasswordField\./ },
  { name: "form", test: /@mantine\/form\// },
  // Of the shell around the signed-in pages.
  { name: "kit", test: kit("AppShell", "Avatar", "Burger", "Menu", "Popover") },
  { name: "icons", test: /lucide-react\/dist\/esm\/icons\// },
];
