import { PASSWORD, PEOPLE } from "./pages";

type Method = "GET" | "POST" | "PATCH";

/** The API, as one person of the demo shop uses it; for what a journey needs and does not test. */
export class Api {
  private readonly url: string;
  private readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async as(url: string, person: keyof typeof PEOPLE): Promise<Api> {
    const api = new Api(url, "");
    const { accessToken } = await api.call("POST", "/api/v1/auth/login", { email: PEOPLE[person], password: PASSWORD });
    return new Api(url, accessToken);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the answers of many routes
  async call(method: Method, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        "content-type": "application/json",
        "idempotency-key": crypto.randomUUID(),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }
}

/** The order that the demo's worker does for the demo's customer. */
export async function orderInProgress(url: string): Promise<{ id: string; orderNumber: string }> {
  const [customer, worker] = await Promise.all([Api.as(url, "customer"), Api.as(url, "worker")]);
  const ids = async (api: Api) => (await api.call("GET", "/api/v1/orders?status=IN_PROGRESS&limit=100")).items;
  const [wanted, done] = await Promise.all([ids(customer), ids(worker)]);
  const shared = wanted.find(({ id }: { id: string }) => done.some((other: { id: string }) => other.id === id));
  if (!shared) throw new Error("the demo shop has no order of both");
  return shared;
}
