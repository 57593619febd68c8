import type { ProductSort } from "@/api/schema";
import { plural } from "../language";

/** The catalogue and the cart. */
export const storefront = {
  part: "storefront" as const,

  // Header
  searchProducts: "Search products",
  cartOf: (units: number) => plural(units, { one: "Cart, 1 unit", other: `Cart, ${units} units` }),
  cartHas: (units: number) =>
    plural(units, { one: "The cart has 1 unit now.", other: `The cart has ${units} units now.` }),
  cartIsEmpty: "The cart is empty now.",

  // Home
  about: "Goods from stock, and services done for you. Order with or without an account, and follow your order.",
  ways: "What do you need?",
  waysIn: {
    goods: { title: "Goods", hint: "From stock, and sent to you." },
    services: { title: "Services", hint: "A worker does it. You see the progress and can write to them." },
    own: { title: "Something else", hint: "Describe what you need. You get a price first, and pay if you accept it." },
  },
  categories: "Categories",
  inCategory: (count: number) => plural(count, { one: "1 product", other: `${count} products` }),
  newest: "New products",
  allProducts: "All products",

  // Product list
  products: "Products",
  found: (count: number) => plural(count, { one: "1 product", other: `${count} products` }),
  foundMore: (count: number) => `More than ${count} products`,
  filters: "Filters",
  filtersOf: (count: number) => plural(count, { one: "Filters (1 set)", other: `Filters (${count} set)` }),
  category: "Category",
  allCategories: "All categories",
  kind: "Goods or services",
  bothKinds: "Both",
  kinds: { GOODS: "Goods", SERVICE: "Services" },
  price: "Price",
  priceFrom: "Price from",
  priceTo: "Price to",
  applyPrice: "Apply",
  badPrice: "This is not an amount.",
  crossedPrices: "This is less than the lower price.",
  inStock: "Only what can be ordered now",
  sortBy: "Sort by",
  sorts: {
    NEWEST: "Newest first",
    NAME: "Name, A to Z",
    PRICE_ASC: "Lowest price first",
    PRICE_DESC: "Highest price first",
    OLDEST: "Oldest first",
    NAME_DESC: "Name, Z to A",
  } as Record<ProductSort, string>,
  activeFilters: "Active filters",
  removeFilter: (name: string) => `Remove the filter ${name}`,
  quoted: (text: string) => `“${text}”`,
  from: (price: string) => `From ${price}`,
  upTo: (price: string) => `Up to ${price}`,
  noMatch: "No product matches",
  noMatchHint: "Remove a filter, or describe what you need and get an offer.",
  noProducts: "There are no products yet",
  noProductsHint: "You can order anyway: describe what you need and get an offer.",
  describe: "Describe what you need",

  // Product
  onRequest: "Price on request",
  left: (count: number) => plural(count, { one: "1 left", other: `${count} left` }),
  available: "In stock",
  soldOut: "Sold out",
  gone: "No longer available",
  soldOutHint: "There are none left at the moment.",
  goneHint: "This product is not sold any more.",
  unknownProduct: "This product is not sold here",
  unknownProductHint: "It was taken out of the shop, or the link is incomplete.",
  otherProducts: "See other products",
  sku: "SKU",
  path: "Where this is in the shop",
  pictures: "Pictures",
  showPicture: (index: number, count: number) => `Show picture ${index} of ${count}`,
  openPicture: "Open the picture in full size in a new tab",

  // Adding to the cart
  quantityOf: (name: string) => `Quantity of ${name}`,
  less: "One less",
  more: "One more",
  addToCart: "Add to cart",
  orderNow: "Order now",
  added: (count: number, name: string) => `Added to the cart: ${count} × ${name}`,
  inCart: (count: number) => plural(count, { one: "1 is in your cart.", other: `${count} are in your cart.` }),
  toCart: "Go to the cart",
  badQuantity: "Enter a whole number of at least 1.",
  hugeQuantity: "This is more than one order can have.",
  onlyLeft: (left: number) => plural(left, { one: "Only 1 is left.", other: `Only ${left} are left.` }),
  onlyLeftOf: (left: number, inCart: number) =>
    inCart < left
      ? `Only ${left} are left, and ${inCart} of them ${plural(inCart, { one: "is", other: "are" })} in your cart already.`
      : plural(left, {
          one: "The last one is in your cart already.",
          other: `All ${left} that are left are in your cart already.`,
        }),
  soldOutNow: "It has just sold out.",
  notSoldNow: "It is not sold any more.",
  cartFull: "The cart is full. Remove a product first.",
  totalTooLarge: "The total would be too large.",

  // Cart
  cart: "Cart",
  lines: "Products in the cart",
  emptyCart: "The cart is empty",
  emptyCartHint: "Put products in here, or describe what you need and get an offer.",
  seeProducts: "See the products",
  each: (price: string) => `${price} each`,
  removeLine: (name: string) => `Remove ${name} from the cart`,
  removed: (name: string) => `${name} was removed.`,
  putBack: (name: string) => `Put ${name} back into the cart`,
  takeLeft: (left: number) => `Take ${left}`,
  noneNow: "Cannot be ordered now",
  changedLines: (count: number) =>
    plural(count, {
      one: "1 product has changed since you put it in.",
      other: `${count} products have changed since you put them in.`,
    }),
  changedHint: "Your order would be placed as shown here.",
  understood: "OK",
  acceptChange: (name: string) => `OK, keep ${name} as it is now`,
  changes: {
    price: (before: string, now: string) => `The price was ${before} and is ${now} now.`,
    priceNow: (now: string) => `The price is ${now} now.`,
    reduced: (now: number, before: number) => `Only ${now} of ${before} can be ordered now.`,
    soldOut: "Sold out in the meantime. It will not be ordered.",
    unavailable: "No longer sold. It will not be ordered.",
    full: "Did not fit into the cart.",
  },
  merged: "The products that you chose before signing in are in your cart.",
  leftOut: "The cart was too full for these:",
  mergeFailed: "The products that you chose before signing in could not be added to your cart yet.",
  dismiss: "Close this message",
  keptUntil: (day: string) => `The cart is kept until ${day}.`,
  notReserved: "Nothing is reserved until you order.",
  nothingToOrder: "None of these products can be ordered now.",
  orderCart: "Order",
  keepShopping: "Add more products",
};
