import { Server } from "./server";

/** One shop for all journeys. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const server = await Server.start();
  process.env.WAYBILL_URL = server.url;
  return () => server.remove();
}
