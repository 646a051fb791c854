import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Verification } from '../../../sdk/browser/index.ts';
import { PrimaryButton, Problem, SlowNote } from './parts.tsx';
import { useFocusOn, usePage, useTypedBefore } from './page.ts';
import { useTask } from './use-task.ts';
import { sayDuration } from './words.ts';

/**
 * A code to enter: one field, so that pasting, autofill and screen readers all work. A code of digits is sent as soon as
 * it is complete.
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
  /** Whose waits after wrong codes are told; codes of SMS are taken out of the message where the browser can. */
  method: string;
  label: string;
  submitLabel: string;
  /** Digits; undefined for codes of letters and digits, which are sent by the button alone. */
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
  // Codes are pasted with spaces, dashes and whole sentences around them, in the digits of any script: the server reads those.
  const clean = (text: string) => (isNumeric ? (text.match(/\p{Nd}/gu) ?? []).slice(0, length).join('') : text);
  const isWhole = (value: string) => [...value].length === length;
  // Kept, but not sent: a browser may have put it there again after a reload, and it would cost one of the few tries.
  const typed = useTypedBefore('code');
  const [code, setCode] = useState(clean(typed));

  const submit = (value: string) => {
    // Not sent: it would cost one of the few tries.
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
    const now = session?.challengeMethods.find(({ verificationMethod }) => verificationMethod === method);
    if (session !== undefined && session.isEnrolled && now === undefined) return words.say('problem.locked');
    const seconds = now?.retryAt === undefined ? 0 : (Date.parse(now.retryAt) - Date.now()) / 1000;
    return seconds > 0
      ? words.say('problem.tooManyTries', { time: sayDuration(words.locale, seconds) })
      : words.say('problem.tooManyTriesNow');
  }

  const take = (text: string) => {
    const value = clean(text);
    setCode(value);
    if (isWhole(value) && value !== code) submit(value);
  };

  useFocusOn(field);
  // Browsers ask the person before they read a message: not where none will come.
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
          class={`Code-input${isNumeric ? '' : ' Code-input--words'}`}
          type="text"
          inputMode={isNumeric ? 'numeric' : 'text'}
          autoComplete={isNumeric ? 'one-time-code' : 'off'}
          autoCapitalize="off"
          autoCorrect="off"
          spellcheck={false}
          aria-invalid={task.problem !== undefined}
          aria-describedby="code-problem"
          value={code}
          // Not while characters are being composed: the keyboard would lose what it has.
          onInput={(event) => event.isComposing || take(event.currentTarget.value)}
          onCompositionEnd={(event) => take(event.currentTarget.value)}
        />
      </div>
      <Problem task={task} id="code-problem" />
      <PrimaryButton label={submitLabel} isBusy={task.isBusy} />
      <SlowNote isBusy={task.isBusy} />
      {children}
    </form>
  );
}

/**
 * Takes codes out of text messages that are meant for this page (WebOTP), where the browser can, one after the other: a
 * person may ask for a second. Gives what ends it.
 */
function listenForMessages(take: (code: string) => void): (() => void) | undefined {
  if (!('OTPCredential' in window)) return undefined;
  const stop = new AbortController();
  const request = { otp: { transport: ['sms'] }, signal: stop.signal } as CredentialRequestOptions;
  const listen = async () => {
    for (;;) {
      const credential = (await navigator.credentials.get(request)) as { readonly code?: string } | null;
      // Nothing would come of asking again, and what the person has typed stays.
      if (credential?.code === undefined || stop.signal.aborted) return;
      take(credential.code);
    }
  };
  // Declined, timed out or not permitted in this frame: the code can be typed.
  listen().catch(() => undefined);
  return () => stop.abort();
}
