/** What codes and links by e-mail have in common: which address, and sending again. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PageTextId } from '../../texts/page-texts.ts';
import { OtherWay, PrimaryButton, Problem, Screen, Status, TextButton } from './parts.tsx';
import { useFocusOn, usePage, useTypedBefore } from './page.ts';
import { useTask } from './use-task.ts';
import type { Task } from './use-task.ts';
import { sayDuration } from './words.ts';

// As long as mail usually takes; a person who waits less would only have two codes to mix up.
const resendAfterSeconds = 30;

/** Asks for the address, unless the backend has named it. */
export function WithAddress({ Then }: { readonly Then: ComponentType<{ readonly email: string }> }) {
  const { enrolmentEmail, options } = usePage().session;
  const isKnown = enrolmentEmail !== undefined && !options.askForEmail;
  const [email, setEmail] = useState(isKnown ? enrolmentEmail : undefined);
  return email === undefined ? <AskAddress given={enrolmentEmail ?? ''} onGiven={setEmail} /> : <Then email={email} />;
}

function AskAddress({ given, onGiven }: { readonly given: string; readonly onGiven: (email: string) => void }) {
  const { session, words } = usePage();
  const task = useTask();
  const field = useRef<HTMLInputElement>(null);
  const typed = useTypedBefore('email');
  const [email, setEmail] = useState(typed === '' ? given : typed);
  useFocusOn(field);
  return (
    <Screen
      icon="mail"
      heading={words.say('email-address-entry.heading')}
      description={words.say('email-address-entry.description', { tenantName: session.tenant.name })}
    >
      <form
        class="Stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const address = email.trim();
          // The server knows best what an address is; this only catches what cannot be one.
          if (/^[^\s@]+@[^\s@]+$/.test(address)) {
            onGiven(address);
            return;
          }
          task.tell(words.say('problem.emailInvalid'));
          field.current?.focus();
        }}
      >
        <div class="Field">
          <label for="email">{words.say('email-address-entry.label')}</label>
          <input
            ref={field}
            id="email"
            name="email"
            type="email"
            inputMode="email"
            autoComplete="email"
            autoCapitalize="off"
            spellcheck={false}
            dir="ltr"
            aria-invalid={task.problem !== undefined}
            aria-describedby="email-problem"
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </div>
        <Problem task={task} id="email-problem" />
        <PrimaryButton label={words.say('email-address-entry.primaryCta')} />
        <OtherWay />
      </form>
    </Screen>
  );
}

export interface Sending {
  readonly task: Task;
  /** Also before the first message, so that nothing else is offered in the place where the sending is told of. */
  readonly isSending: boolean;
  /** Seconds until another may be asked for; 0 when it may. */
  readonly waitSeconds: number;
  readonly hasResent: boolean;
  resend(): void;
}

/** Sends when the screen appears, and again when asked to, not too often. */
export function useSending(send: () => Promise<void>): Sending {
  const task = useTask();
  const [waitSeconds, setWait] = useState(0);
  const [hasResent, setResent] = useState(false);
  const [hasBegun, setBegun] = useState(false);

  const sendNow = (isAgain: boolean) =>
    task.run(async () => {
      setResent(false);
      await send();
      setWait(resendAfterSeconds);
      setResent(isAgain);
    });
  useEffect(() => {
    setBegun(true);
    sendNow(false);
  }, []);
  useEffect(() => {
    if (waitSeconds === 0) return undefined;
    const timer = setTimeout(() => setWait(waitSeconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [waitSeconds]);

  return { task, isSending: task.isBusy || !hasBegun, waitSeconds, hasResent, resend: () => sendNow(true) };
}

/** Asks for another message, once the last one has had its time. */
export function Resend({
  sending,
  texts,
}: {
  sending: Sending;
  texts: { readonly resend: PageTextId; readonly resendIn: PageTextId; readonly resent: PageTextId };
}) {
  const { words } = usePage();
  const { task, isSending, waitSeconds, hasResent } = sending;
  return (
    <>
      <Problem task={task} />
      <Status>{hasResent ? words.say(texts.resent) : ''}</Status>
      {isSending ? (
        <p class="Waiting Note">
          <span class="Spinner" aria-hidden="true" />
          {words.say('common.wait')}
        </p>
      ) : waitSeconds > 0 ? (
        // Not a live region: nobody wants each second read out.
        <p class="Waiting Note">{words.say(texts.resendIn, { time: sayDuration(words.locale, waitSeconds) })}</p>
      ) : (
        <TextButton label={words.say(texts.resend)} onClick={sending.resend} />
      )}
    </>
  );
}
