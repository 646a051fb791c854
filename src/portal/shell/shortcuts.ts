/** Keys without modifiers. One listener serves what is on the screen; they can be switched off (WCAG 2.2, 2.1.4). */
import { useEffect, useRef } from 'react';
import { readStored, store } from '../kit/stored.ts';

export interface Shortcut {
  /** One key as the keyboard names it, or two after each other: `g a`. */
  readonly keys: string;
  readonly words: string;
  readonly run: () => void;
}

interface Registered {
  readonly heading: string;
  readonly current: { readonly list: readonly Shortcut[] };
}

const registered = new Set<Registered>();
let pending = '';
let pendingUntil = 0;
const secondKeyMs = 1_200;

export const areOn = () => readStored('single-keys') !== false;
export const switchTo = (isOn: boolean) => store('single-keys', isOn);

/** What can be pressed now, by what it belongs to. */
export function listShortcuts(): readonly { readonly heading: string; readonly list: readonly Shortcut[] }[] {
  return [...registered].map(({ heading, current }) => ({ heading, list: current.list }));
}

/** Serves shortcuts while the component is on the screen. */
export function useShortcuts(heading: string, list: readonly Shortcut[]): void {
  const current = useRef({ list });
  useEffect(() => {
    current.current.list = list;
  });
  useEffect(() => {
    const entry = { heading, current: current.current };
    registered.add(entry);
    return () => void registered.delete(entry);
  }, [heading]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Begins to listen. Returns how to stop. */
export function listenForShortcuts(): () => void {
  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // The target is what is typed into, even in an editor with a shadow tree of its own.
    if (isTyping(event.composedPath()[0] ?? null) || !areOn()) return;
    // What lies over the page has keys of its own. Toasts do not lie over it.
    if (document.querySelector('.Modal, .Palette, .Menu') !== null) return;
    const all = [...registered].reverse().flatMap(({ current }) => current.list);
    const wanted = Date.now() < pendingUntil ? `${pending} ${event.key}` : event.key;
    pendingUntil = 0;
    const found = all.find(({ keys }) => keys === wanted) ?? all.find(({ keys }) => keys === event.key);
    if (found !== undefined) {
      event.preventDefault();
      found.run();
      return;
    }
    if (all.some(({ keys }) => keys.startsWith(`${event.key} `))) {
      pending = event.key;
      pendingUntil = Date.now() + secondKeyMs;
    }
  }
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}
