/** Names of the payment providers; they are the same in all languages. */
const PROVIDERS: Record<string, string> = { STRIPE: "Stripe", PAYPAL: "PayPal", SANDBOX: "Sandbox" };

export function providerName(provider: string): string {
  return PROVIDERS[provider] ?? provider;
}
