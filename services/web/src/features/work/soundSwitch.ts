import { useSyncExternalStore } from "react";
import { isLeader } from "@/live/leader";

/**
 * The sound of a new order.
 *
 * `blocked`: the browser waits for a click on this tab before it plays. `elsewhere`: it waits for one on the tab that plays for all.
 * `missing`: the browser has no audio.
 */
export type SoundState = "off" | "on" | "blocked" | "elsewhere" | "missing";

/** The switch, which the browser remembers; all tabs follow it. */
const WANTED = "waybill.orderSound";
/** Set while the tab that plays is blocked, so that the others can say so. */
const BLOCKED = "waybill.orderSound.blocked";
/** What was played last: without locks every tab leads, and an event may come twice. */
const TOLD = "waybill.orderSound.told";
const REMEMBERED = 20;
/** Seconds between two tones, and how many seconds of tones may wait. */
const GAP = 0.7;
const QUEUE = 2;

const listeners = new Set<() => void>();
let audio: AudioContext | null = null;
/** When the last tone ends, in the time of the audio. */
let free = 0;

const isWanted = () => localStorage.getItem(WANTED) === "on";
const isRunning = () => audio?.state === "running";

function show(): void {
  if (isWanted() && isLeader()) {
    if (isRunning()) localStorage.removeItem(BLOCKED);
    else localStorage.setItem(BLOCKED, "1");
  }
  for (const listener of listeners) listener();
}

/** The state of the sound, as this tab can tell it. */
export function soundState(): SoundState {
  if (!isWanted()) return "off";
  if (typeof AudioContext === "undefined") return "missing";
  if (isLeader()) return isRunning() ? "on" : "blocked";
  return localStorage.getItem(BLOCKED) ? "elsewhere" : "on";
}

function opened(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  if (!audio) {
    audio = new AudioContext();
    audio.addEventListener("statechange", show);
  }
  return audio;
}

/** Two short notes. Several orders at once sound one after another, but not for long. */
function tone(on: AudioContext): void {
  const at = Math.max(on.currentTime, free);
  if (at - on.currentTime > QUEUE) return;
  free = at + GAP;
  const oscillator = on.createOscillator();
  const volume = on.createGain();
  oscillator.frequency.setValueAtTime(880, at);
  oscillator.frequency.setValueAtTime(1175, at + 0.14);
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  oscillator.connect(volume);
  volume.connect(on.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.55);
}

/** Lets this tab play. Browsers allow it during a click; before one, this waits for it. */
async function unlock(): Promise<boolean> {
  const on = opened();
  if (!on) return false;
  await on.resume().catch(() => undefined);
  show();
  return on.state === "running";
}

/** Plays the tone once, so that the worker hears what to listen for. */
export async function testSound(): Promise<void> {
  if ((await unlock()) && audio) tone(audio);
}

/** Turns the sound on, from a click, and plays the tone. */
export async function turnSoundOn(): Promise<void> {
  localStorage.setItem(WANTED, "on");
  show();
  await testSound();
}

export function turnSoundOff(): void {
  localStorage.removeItem(WANTED);
  localStorage.removeItem(BLOCKED);
  show();
}

function isFirst(key: string): boolean {
  const told = (localStorage.getItem(TOLD) ?? "").split(" ");
  if (told.includes(key)) return false;
  localStorage.setItem(TOLD, [key, ...told].slice(0, REMEMBERED).join(" "));
  return true;
}

/** Plays the tone for an event, once, and in one tab only. Returns whether it did. */
export function playOnce(key: string): boolean {
  if (!isWanted() || !isLeader()) return false;
  if (!audio || !isRunning()) {
    show();
    return false;
  }
  if (!isFirst(key)) return false;
  tone(audio);
  return true;
}

/** Keeps this tab ready to play: the first click or key on the page unlocks it. Returns how to stop. */
export function keepSoundReady(): () => void {
  const ready = () => {
    if (isWanted() && !isRunning()) void unlock();
  };
  const switched = (event: StorageEvent) => {
    if (!event.key?.startsWith(WANTED)) return;
    ready();
    show();
  };
  document.addEventListener("pointerdown", ready);
  document.addEventListener("keydown", ready);
  addEventListener("storage", switched);
  // Which tab leads is known a moment later.
  const timer = setTimeout(show, 1_000);
  ready();
  return () => {
    document.removeEventListener("pointerdown", ready);
    document.removeEventListener("keydown", ready);
    removeEventListener("storage", switched);
    clearTimeout(timer);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The state of the sound, for components. */
export function useSoundState(): SoundState {
  return useSyncExternalStore(subscribe, soundState);
}
