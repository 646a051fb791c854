/** The parts that screens are built from. */
import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { PageTextId } from '../../texts/page-texts.ts';
import { Drawing, Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';
import { ReadyContext, usePage, useWords } from './page.ts';
import type { Task } from './use-task.ts';
import { sayDays } from './words.ts';

// The first screen leaves the focus alone: the user has not moved yet.
let isFirstScreen = true;

/**
 * One thing to do: what it is about, the question, and the rest below. The heading of each later screen gets the focus,
 * unless the screen has focused a field.
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

/** Short words with a hyphen, such as "e-mail", stay on one line: `text-wrap: balance` would break lines there. */
function unbroken(text: string): ComponentChildren {
  const parts = text.split(/((?<!\S)\p{L}{1,6}-\p{L}{1,6}(?![\p{L}-]))/u);
  return parts.length === 1 ? text : parts.map((part, at) => (at % 2 === 0 ? part : <span class="Whole">{part}</span>));
}

/** A contact that breaks after its "@", if it must break. */
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

/** The tenant's text about what is being confirmed, as plain text. */
export function Context() {
  const { message } = usePage().session.action;
  return message === undefined ? null : <p class="Context">{message}</p>;
}

/** A sentence whose `<identifier>` is emphasised. */
export function Sentence({ id, identifier }: { readonly id: PageTextId; readonly identifier: string }) {
  // The address is inserted after the sentence was split: nothing in it is read as a tag.
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
  /** Whether it has no effect yet; the screen says why. */
  isOff?: boolean;
  tone?: 'critical';
  /** Omitted in forms: there the button submits. */
  onClick?: () => void;
}) {
  const isReady = useContext(ReadyContext);
  // Never disabled once it was enabled: a disabled button loses the focus, and does not say why.
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

/** Switches to another method. Not shown if there is no other. */
export function OtherWay() {
  const { otherWay, words } = usePage();
  return otherWay === undefined ? null : <TextButton label={words.say('common.otherWay')} onClick={otherWay} />;
}

/** Lets the user have this device remembered. Never ticked for them, and not shown where it is not offered. */
export function RememberTick() {
  const { remembering, words } = usePage();
  const isReady = useContext(ReadyContext);
  if (remembering === undefined) return null;
  return (
    <label class="Tick">
      <input
        type="checkbox"
        disabled={!isReady}
        checked={remembering.isWanted}
        onChange={({ currentTarget }) => remembering.choose(currentTarget.checked)}
      />
      <span class="Tick-text">
        {words.say('remember-device.label', { time: sayDays(words.locale, remembering.days) })}
        <span class="Card-hint">{words.say('remember-device.hint')}</span>
      </span>
    </label>
  );
}

/** For pages that no app waits for: the user can only close them. */
export function Closable() {
  return <p class="Note">{useWords().say('common.closable')}</p>;
}

/**
 * An error, read out at once. The region is always present, because one that appears together with its text is often
 * not read. `isHeard`: it is only read out, because it is visible elsewhere.
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

/** News that waits for a pause in the screen reader's output. */
export function Status({ children }: { readonly children: ComponentChildren }) {
  return (
    <div role="status" class="Live Note Note--positive">
      {children}
    </div>
  );
}

/** The same for neutral news. */
export function Hint({ children }: { readonly children: ComponentChildren }) {
  return (
    <div role="status" class="Live Note">
      {children}
    </div>
  );
}

/** Says after a few seconds that it is taking long, so that users do not think the page is broken. */
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
