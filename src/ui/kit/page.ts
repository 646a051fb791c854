/** What every screen works with. */
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { Client } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import type { PageTextId } from '../../texts/page-texts.ts';

/** Texts of a language, and how that language writes numbers, times and lists. */
export interface Words {
  readonly locale: string;
  /** A text with its values filled in; tags are removed. */
  say(id: PageTextId, values?: Readonly<Record<string, string>>): string;
  /** The text as it is written, with its tags. */
  raw(id: PageTextId, values?: Readonly<Record<string, string>>): string;
}

/** A choice that takes effect once the user has confirmed. */
export interface Remembering {
  readonly days: number;
  readonly isWanted: boolean;
  choose(isWanted: boolean): void;
}

export interface Page {
  readonly session: UiSession;
  readonly words: Words;
  readonly client: Client;
  /** Whether the page may start a ceremony in the browser at once, without a click. */
  readonly mayStart: boolean;
  /** Remembering this device, as long as it can be chosen; undefined if it is not offered. */
  readonly remembering: Remembering | undefined;
  /** The user has completed a proof. */
  proved(): void;
  /** The user has enrolled a method. */
  enrolled(): void;
  /** Switches to another method for what this screen does; undefined if there is none. */
  readonly otherWay: (() => void) | undefined;
  /** Stores what the server reported about a sent message, for screens that return to it. */
  keepSent(message: UiSession['sent'][number]): void;
  /** Loads everything again: something has changed that decides what can be done here. */
  refresh(): Promise<UiSession | undefined>;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('A screen is shown outside a page.');
  return page;
}

/**
 * Whether the page's code is running. The server's drawing can be read and typed into before that, but its buttons are
 * drawn as not ready, because a press would have no effect.
 */
export const ReadyContext = createContext(false);

/** What was typed into a field of the first screen before the page's code was running; '' on later screens. */
export function useTypedBefore(id: string): string {
  const isReady = useContext(ReadyContext);
  if (isReady || typeof document === 'undefined') return '';
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : '';
}

/** Focuses a screen's field. On the first screen only if nothing has the focus: the user may have moved it already. */
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
