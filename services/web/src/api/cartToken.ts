/** The token of a guest's cart, which outlives the tab. */
const KEY = "waybill.cart";

export function cartToken(): string | null {
  return localStorage.getItem(KEY);
}

export function keepCartToken(token: string): void {
  localStorage.setItem(KEY, token);
}

export function forgetCartToken(): void {
  localStorage.removeItem(KEY);
}
