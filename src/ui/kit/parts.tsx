/** The parts that screens are made of. */
import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { PageTextId } from '../../texts/page-texts.ts';
import { Drawing, Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';
import { ReadyContext, usePage, useWords } from './page.ts';
import type { Task } from './use-task.ts';

// What the page begins with leaves the focus alone: nobody has moved yet.
let isFirstScreen = true;

/**
 * One thing to do: what it is about, what is asked, and the rest below. Focus goes where the eye goes: to the heading of
 * each later screen, unless the screen has put it into a field.
 */
export function Screen({
  icon,
  tone,
  heading,
  description,
  children,
}: {
  icon?: IconName;
  tone?: 'positive' | 'critical';
  heading: string;
  description?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isFirstScreen && main.current?.contains(document.activeElement) !== true) {
      main.current?.querySelector('h1')?.focus({ preventScroll: true });
    }
    isFirstScreen = false;
  }, []);
  return (
    <main class="Enter" ref={main}>
      {icon === undefined ? null : <Icon name={icon} {...(tone === undefined ? {} : { tone })} />}
      <h1 tabIndex={-1}>{unbroken(heading)}</h1>
      {description === undefined || description === '' ? null : <p>{description}</p>}
      {children}
    </main>
  );
}

/** Short words with a hyphen, such as "e-mail", stay on one line: evened out, lines would break there. */
function unbroken(text: string): ComponentChildren {
  const parts = text.split(/((?<!\S)\p{L}{1,6}-\p{L}{1,6}(?![\p{L}-]))/u);
  return parts.length === 1 ? text : parts.map((part, at) => (at % 2 === 0 ? part : <span class="Whole">{part}</span>));
}

/** A contact that breaks behind its "@", if it has to. */
export function ContactText({ text }: { readonly text: string }) {
  const [before = '', ...after] = text.split('@');
  return (
    <bdi class="Card-hint">
      {before}
      {after.map((part) => (
        <>
          @<wbr />
          {part}
        </>
      ))}
    </bdi>
  );
}

/** What the tenant says is being confirmed, as plain text. */
export function Context() {
  const { message } = usePage().session.action;
  return message === undefined ? null : <p class="Context">{message}</p>;
}

/** A sentence whose `<identifier>` is set off from the rest. */
export function Sentence({ id, identifier }: { readonly id: PageTextId; readonly identifier: string }) {
  // The address is put in after the sentence was taken apart: nothing in it is read as a tag.
  const [before = '', inside, after = ''] = useWords()
    .raw(id, { identifier: '\u0000' })
    .split(/<\/?identifier>/);
  const filled = (text: string) => text.replace('\u0000', identifier);
  if (inside === undefined) return <>{filled(before)}</>;
  return (
    <>
      {filled(before)}
      <bdi class="Identifier">{filled(inside)}</bdi>
      {filled(after)}
    </>
  );
}

export function PrimaryButton({
  label,
  busyLabel,
  isBusy = false,
  isOff = false,
  tone,
  onClick,
}: {
  label: string;
  busyLabel?: string;
  isBusy?: boolean;
  /** Whether pressing it does nothing yet; the screen says why. */
  isOff?: boolean;
  tone?: 'critical';
  /** Left out in forms: there the button submits. */
  onClick?: () => void;
}) {
  const isReady = useContext(ReadyContext);
  // Never disabled once it could be pressed: a disabled button loses the focus, and says nothing of why.
  return (
    <button
      type={onClick === undefined ? 'submit' : 'button'}
      class={`Button ${tone === 'critical' ? 'Button--critical' : 'Button--primary'}${isOff ? ' Button--off' : ''}`}
      disabled={!isReady}
      aria-disabled={isBusy || isOff}
      onClick={isBusy || isOff ? (event) => event.preventDefault() : onClick}
    >
      {isBusy ? <span class="Spinner" aria-hidden="true" /> : null}
      <span>{isBusy ? (busyLabel ?? label) : label}</span>
    </button>
  );
}

export function SecondaryButton({ label, icon, onClick }: { label: string; icon?: IconName; onClick: () => void }) {
  const isReady = useContext(ReadyContext);
  return (
    <button type="button" class="Button" disabled={!isReady} onClick={onClick}>
      {icon === undefined ? null : <Drawing name={icon} />}
      {label}
    </button>
  );
}

export function TextButton({
  label,
  icon,
  isQuiet = false,
  onClick,
}: {
  label: string;
  icon?: IconName;
  isQuiet?: boolean;
  onClick: () => void;
}) {
  const isReady = useContext(ReadyContext);
  return (
    <button
      type="button"
      class={`text-link${isQuiet ? ' text-link--quiet' : ''}`}
      disabled={!isReady}
      onClick={onClick}
    >
      {icon === undefined ? null : <Drawing name={icon} />}
      {label}
    </button>
  );
}

/** The way out of a method: another one. Not there when there is no other. */
export function OtherWay() {
  const { otherWay, words } = usePage();
  return otherWay === undefined ? null : <TextButton label={words.say('common.otherWay')} onClick={otherWay} />;
}

/** For where nobody waits for the page to come back: the way on is to leave it. */
export function Closable() {
  return <p class="Note">{useWords().say('common.closable')}</p>;
}

/**
 * What went wrong, read out at once. The region is always there: one that appears with its text is often not read.
 * `isHeard`: only that, where the eye has it elsewhere.
 */
export function Problem({
  task,
  id,
  isHeard = false,
}: {
  readonly task: Pick<Task, 'problem' | 'problemCount'>;
  readonly id?: string;
  readonly isHeard?: boolean;
}) {
  return (
    <div role="alert" class={isHeard ? 'Live Heard' : 'Live'} id={id}>
      {task.problem === undefined ? null : (
        <div class="Problem" key={task.problemCount}>
          {task.problem}
        </div>
      )}
    </div>
  );
}

/** News that can wait for a pause in what is being read out. */
export function Status({ children }: { readonly children: ComponentChildren }) {
  return (
    <div role="status" class="Live Note Note--positive">
      {children}
    </div>
  );
}

/** The same for what is neither good nor bad. */
export function Hint({ children }: { readonly children: ComponentChildren }) {
  return (
    <div role="status" class="Live Note">
      {children}
    </div>
  );
}

/** Says after a few seconds that it takes long, so that nobody thinks the page is broken. */
export function SlowNote({ isBusy }: { readonly isBusy: boolean }) {
  const [isSlow, setSlow] = useState(false);
  const words = useWords();
  useEffect(() => {
    setSlow(false);
    if (!isBusy) return undefined;
    const timer = setTimeout(() => setSlow(true), slowMs);
    return () => clearTimeout(timer);
  }, [isBusy]);
  return <Hint>{isSlow ? words.say('common.slow') : ''}</Hint>;
}

const slowMs = 4_000;
