import { beforeEach, expect, test, vi } from "vitest";

const tab = vi.hoisted(() => ({ leads: true }));
vi.mock("@/live/leader", () => ({ isLeader: () => tab.leads }));

/** What the browser plays, and whether it lets the page play. */
const browser = { allows: true, tones: [] as number[] };

const nothing = () => undefined;

class FakeAudio {
  state = "suspended";
  currentTime = 0;
  destination = {};
  addEventListener = nothing;
  resume(): Promise<void> {
    // Browsers that block audio leave the promise open until somebody clicks.
    if (!browser.allows) return new Promise(() => undefined);
    this.state = "running";
    return Promise.resolve();
  }
  createGain() {
    return { gain: { setValueAtTime: nothing, exponentialRampToValueAtTime: nothing }, connect: nothing };
  }
  createOscillator() {
    const start = (at: number) => void browser.tones.push(at);
    return { frequency: { setValueAtTime: nothing }, connect: nothing, start, stop: nothing };
  }
}

/** A tab of its own: the module keeps the audio of its tab. */
function openTab() {
  vi.resetModules();
  return import("./soundSwitch");
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  tab.leads = true;
  Object.assign(browser, { allows: true, tones: [] });
  vi.stubGlobal("AudioContext", FakeAudio);
});

test("is off until it is turned on, which plays a test tone and is remembered", async () => {
  const first = await openTab();
  expect(first.soundState()).toBe("off");
  expect(first.playOnce("a:1")).toBe(false);
  await first.turnSoundOn();
  expect(browser.tones.length).toBe(1);
  expect(first.soundState()).toBe("on");
  const next = await openTab();
  expect(next.soundState()).not.toBe("off");
  next.turnSoundOff();
  expect(next.soundState()).toBe("off");
});

test("plays once for an event, even if it comes twice", async () => {
  const sound = await openTab();
  await sound.turnSoundOn();
  expect(sound.playOnce("a:1")).toBe(true);
  expect(sound.playOnce("a:1")).toBe(false);
  expect(sound.playOnce("b:1")).toBe(true);
  expect(browser.tones.length).toBe(3);
});

test("several orders at once sound one after another", async () => {
  const sound = await openTab();
  await sound.turnSoundOn();
  sound.playOnce("a:1");
  sound.playOnce("b:1");
  const [test = 0, first = 0, second = 0] = browser.tones;
  expect(first - test).toBeGreaterThan(0.5);
  expect(second - first).toBeGreaterThan(0.5);
});

test("does not play in a tab that follows", async () => {
  const sound = await openTab();
  await sound.turnSoundOn();
  tab.leads = false;
  expect(sound.playOnce("a:1")).toBe(false);
  expect(browser.tones.length).toBe(1);
  expect(sound.soundState()).toBe("on");
});

test("without locks two tabs lead, and one of them plays", async () => {
  const one = await openTab();
  await one.turnSoundOn();
  const other = await openTab();
  await other.testSound();
  expect([one.playOnce("a:1"), other.playOnce("a:1")]).toEqual([true, false]);
});

test("says that the browser blocks it, and plays after a click", async () => {
  browser.allows = false;
  const sound = await openTab();
  const stop = sound.keepSoundReady();
  void sound.turnSoundOn();
  await settled();
  expect(sound.soundState()).toBe("blocked");
  expect(sound.playOnce("a:1")).toBe(false);
  browser.allows = true;
  document.dispatchEvent(new Event("pointerdown"));
  await settled();
  expect(sound.soundState()).toBe("on");
  // The order that could not be heard may still be.
  expect(sound.playOnce("a:1")).toBe(true);
  stop();
});

test("a tab that follows says that the other one is blocked", async () => {
  browser.allows = false;
  const leader = await openTab();
  void leader.turnSoundOn();
  await settled();
  tab.leads = false;
  const follower = await openTab();
  expect(follower.soundState()).toBe("elsewhere");
});

test("says that a browser without audio cannot play", async () => {
  vi.stubGlobal("AudioContext", undefined);
  const sound = await openTab();
  await sound.turnSoundOn();
  expect(sound.soundState()).toBe("missing");
  expect(sound.playOnce("a:1")).toBe(false);
});
