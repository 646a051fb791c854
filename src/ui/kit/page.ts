/** What every screen works with. */
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { Client } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import type { PageTextId } from '../../texts/page-texts.ts';

/** Texts of a language, and how that language writes numbers, times and lists. */
export interface Words {
  readonly locale: string;
  /** A sentence with its values filled in; tags are taken out. */
  say(id: PageTextId, values?: Readonly<Record<string, string>>): string;
  /** The sentence as it is written, with its tags. */
  raw(id: PageTextId, values?: Readonly<Record<string, string>>): string;
}

export interface Page {
  readonly session: UiSession;
  readonly words: Words;
  readonly client: Client;
  /** Whether the page may ask the browser for a ceremony at once, without a click. */
  readonly mayStart: boolean;
  /** The user has proved who they are. */
  proved(): void;
  /** The user has set up a way to. */
  enrolled(): void;
  /** Another way to do what this screen does; undefined where there is none. */
  readonly otherWay: (() => void) | undefined;
  /** Keeps what was told of a message that was sent, for screens that come back to it. */
  keepSent(message: UiSession['sent'][number]): void;
  /** Reads everything again: something has changed that decides what can be done here. */
  refresh(): Promise<UiSession | undefined>;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('A screen is shown outside a page.');
  return page;
}

/**
 * Whether the page's code is at work. What the server drew can be seen and typed into before, but its buttons are drawn as
 * not ready: a press that nobody hears would be worse.
 */
export const ReadyContext = createContext(false);

/** What was typed into a field of the first screen before the page's code was at work; '' on later screens. */
export function useTypedBefore(id: string): string {
  const isReady = useContext(ReadyContext);
  if (isReady || typeof document === 'undefined') return '';
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : '';
}

/** Puts the focus into a screen's field. On the first screen only while it is nowhere: the person may have moved already. */
export function useFocusOn(field: { readonly current: HTMLElement | null }): void {
  const isReady = useContext(ReadyContext);
  useEffect(() => {
    const { activeElement, body } = document;
    if (isReady || activeElement === null || activeElement === body) field.current?.focus({ preventScroll: true });
  }, []);
}

export const WordsContext = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error('A text is shown outside a page.');
  return words;
}
