import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Verification } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import { PrimaryButton, Problem, RememberTick, SlowNote, Status } from './parts.tsx';
import { useFocusOn, usePage, useTypedBefore } from './page.ts';
import { useTask } from './use-task.ts';
import { sayDuration } from './words.ts';

/**
 * A code to enter: one field, so that pasting, autofill and screen readers all work. A numeric code is sent as soon as
 * it is complete, unless the user may still have something to tick.
 */
export function CodeForm({
  method,
  label,
  submitLabel,
  length,
  verify,
  onVerified,
  children,
}: {
  /** The method whose waits after wrong codes are shown. Codes of SMS are read from the message if the browser can. */
  method: string;
  label: string;
  submitLabel: string;
  /** Digits; undefined for codes of letters and digits, which only the button sends. */
  length: number | undefined;
  verify: (code: string) => Promise<Verification>;
  onVerified: () => void;
  children?: ComponentChildren;
}) {
  const page = usePage();
  const { words } = page;
  const task = useTask();
  const field = useRef<HTMLInputElement>(null);
  const isNumeric = length !== undefined;
  // Users paste codes with spaces, dashes and whole sentences around them, in the digits of any script: the server
  // reads those.
  const clean = (text: string) => (isNumeric ? (text.match(/\p{Nd}/gu) ?? []).slice(0, length).join('') : text);
  const isWhole = (value: string) => [...value].length === length;
  // Kept, but not sent: the browser may have restored it after a reload, and it would use up one of the few tries.
  const typed = useTypedBefore('code');
  const [code, setCode] = useState(clean(typed));
  const wait = useWait();

  const submit = (value: string) => {
    if (wait.seconds > 0) return;
    // Not sent: it would use up one of the few tries.
    if (value === '' || (isNumeric && !isWhole(value))) {
      task.tell(
        isNumeric ? words.say('problem.codeIncomplete', { count: String(length) }) : words.say('problem.codeMissing'),
      );
      field.current?.focus();
      return;
    }
    task.run(async () => {
      const reply = await verify(value);
      if (reply.isVerified) {
        onVerified();
        return;
      }
      task.tell(await refusal(reply));
      field.current?.focus();
      field.current?.select();
    });
  };

  async function refusal({ failureReason }: Verification): Promise<string> {
    if (failureReason !== 'MAX_ATTEMPTS_EXCEEDED') return words.say('problem.wrongCode');
    const session = await page.refresh();
    const now = ownOf(session);
    if (session !== undefined && session.isEnrolled && now === undefined) {
      wait.until(Infinity);
      return words.say('problem.locked');
    }
    return waitFor(now?.retryAt) ?? words.say('problem.tooManyTriesNow');
  }

  const ownOf = (session: UiSession | undefined) =>
    session?.challengeMethods.find(({ verificationMethod }) => verificationMethod === method);
  const sayWait = (seconds: number) => words.say('problem.tooManyTries', { time: sayDuration(words.locale, seconds) });

  /** Waits until then, and returns how long that is as text; undefined if it is over. */
  function waitFor(retryAt: string | undefined): string | undefined {
    const untilMs = retryAt === undefined ? 0 : Date.parse(retryAt);
    if (untilMs <= Date.now()) return undefined;
    wait.until(untilMs);
    return sayWait((untilMs - Date.now()) / 1000);
  }
  // A reload does not end the wait either.
  useEffect(() => {
    const sentence = waitFor(ownOf(page.session)?.retryAt);
    if (sentence !== undefined) task.tell(sentence);
  }, []);
  useEffect(() => {
    if (wait.isOver) task.tell(undefined);
  }, [wait.isOver]);
  const isCounting = wait.seconds > 0 && wait.seconds !== Infinity;

  const hasChoice = page.remembering !== undefined && !page.remembering.isWanted;
  const take = (text: string) => {
    const value = clean(text);
    setCode(value);
    if (isWhole(value) && value !== code && !hasChoice) submit(value);
  };

  useFocusOn(field);
  // Browsers ask the user before they read a message, so only ask if one will come.
  useEffect(() => (method === 'SMS' ? listenForMessages(take) : undefined), []);

  return (
    <form
      class="Stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(code.trim());
      }}
    >
      <div class={`Field${task.problem === undefined ? '' : ` Shake${task.problemCount % 2}`}`}>
        <label for="code">{label}</label>
        <input
          ref={field}
          id="code"
          name="code"
          class={`Code-input ${isNumeric ? `Cells Cells--${length}` : 'Code-input--words'}`}
          type="text"
          inputMode={isNumeric ? 'numeric' : 'text'}
          autoComplete={isNumeric ? 'one-time-code' : 'off'}
          autoCapitalize="off"
          autoCorrect="off"
          spellcheck={false}
          aria-invalid={task.problem !== undefined && wait.seconds === 0}
          aria-describedby="code-problem"
          value={code}
          // Not while characters are being composed: the keyboard would lose its input.
          onInput={(event) => event.isComposing || take(event.currentTarget.value)}
          onCompositionEnd={(event) => take(event.currentTarget.value)}
        />
      </div>
      <Problem task={task} id="code-problem" isHeard={isCounting} />
      {/* Not a live region: screen readers would read out every second. */}
      {isCounting ? (
        <div role="timer" class="Problem">
          {sayWait(wait.seconds)}
        </div>
      ) : null}
      <Status>{wait.isOver && task.problem === undefined ? words.say('problem.mayTryAgain') : ''}</Status>
      <RememberTick />
      <PrimaryButton label={submitLabel} isBusy={task.isBusy} isOff={wait.seconds > 0} />
      <SlowNote isBusy={task.isBusy} />
      {children}
    </form>
  );
}

/** How long guesses are refused after too many wrong ones. */
interface Wait {
  /** Infinity if someone must unlock the method first. */
  readonly seconds: number;
  /** Whether there was a wait, and it is over. */
  readonly isOver: boolean;
  until(untilMs: number): void;
}

function useWait(): Wait {
  const [untilMs, setUntil] = useState(0);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const tick = () => {
      const left = Math.max(0, Math.ceil((untilMs - Date.now()) / 1000));
      setSeconds(left);
      if (left === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
    return () => clearInterval(timer);
  }, [untilMs]);
  const until = (ms: number) => {
    setUntil(ms);
    setSeconds(Math.ceil((ms - Date.now()) / 1000));
  };
  return { seconds, isOver: untilMs > 0 && seconds === 0, until };
}

/**
 * Reads codes from text messages that are meant for this page (WebOTP), if the browser can, one after the other: a user
 * may request a second one. Returns the function that ends it.
 */
function listenForMessages(take: (code: string) => void): (() => void) | undefined {
  if (!('OTPCredential' in window)) return undefined;
  const stop = new AbortController();
  const request = { otp: { transport: ['sms'] }, signal: stop.signal } as CredentialRequestOptions;
  const listen = async () => {
    for (;;) {
      const credential = (await navigator.credentials.get(request)) as { readonly code?: string } | null;
      // Another request would have no result, and what the user has typed stays.
      if (credential?.code === undefined || stop.signal.aborted) return;
      take(credential.code);
    }
  };
  // Declined, timed out or not permitted in this frame: the code can still be typed.
  listen().catch(() => undefined);
  return () => stop.abort();
}
