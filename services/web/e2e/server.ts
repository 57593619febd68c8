import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.WAYBILL_BIN ?? new URL("../../../target/debug/waybill", import.meta.url).pathname;
const PAGES = new URL("../dist", import.meta.url).pathname;
/** What the tests are told; the program would warn of settings that it does not know. */
const { WAYBILL_BIN: _program, WAYBILL_URL: _url, WAYBILL_CHROMIUM: _browser, ...OTHERS } = process.env;
/** Seconds that a start with demo data may take. */
const START_SECONDS = 120;

/** The real platform with demo data, in a folder of its own, on a port that stays the same when it is started again. */
export class Server {
  url = "";
  private process: ChildProcess | null = null;
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "waybill-pages-")));
    await server.run("127.0.0.1:0");
    return server;
  }

  /** Starts the stopped platform again, under the same address. */
  async again(): Promise<void> {
    await this.run(new URL(this.url).host);
  }

  async stop(): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(listen: string): Promise<void> {
    const program = spawn(PROGRAM, ["--demo", "--listen", listen, "--data-dir", this.folder], {
      env: { ...OTHERS, WAYBILL_WEB: PAGES, WAYBILL_RATE_LIMIT: "off", WAYBILL_LOG: "warn" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.process = program;
    const late = setTimeout(() => program.kill("SIGKILL"), START_SECONDS * 1000);
    for await (const line of createInterface({ input: program.stdout })) {
      const match = /listening on (http:\S+)/.exec(line);
      if (!match?.[1]) continue;
      clearTimeout(late);
      this.url = match[1].replace(/\/$/, "");
      program.stdout.resume();
      return;
    }
    clearTimeout(late);
    throw new Error(`${PROGRAM} did not start`);
  }
}
