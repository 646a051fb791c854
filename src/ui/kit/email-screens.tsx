/** The common part of codes and links by e-mail: which address. */
import type { ComponentType } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { SentMessage } from '../../../sdk/browser/index.ts';
import { OtherWay, PrimaryButton, Problem, Screen, TextButton } from './parts.tsx';
import { useFocusOn, usePage, useTypedBefore } from './page.ts';
import { useSent } from './sending.tsx';
import type { Kind } from './sending.tsx';
import { useTask } from './use-task.ts';

/** Where an enrolment message goes: an address that was entered, or the one of the message before. */
export type Addressee =
  { readonly email: string; readonly sent?: never } | { readonly sent: SentMessage; readonly email?: never };

export interface EnrolmentProps {
  readonly to: Addressee;
  /** Opens the form for another address; undefined if the backend has set it. */
  readonly onOther: (() => void) | undefined;
}

/**
 * Asks for the address, unless the backend has set it, or a message to an address entered before can still be answered.
 */
export function WithAddress({
  method,
  Then,
}: {
  readonly method: Kind['verificationMethod'];
  readonly Then: ComponentType<EnrolmentProps>;
}) {
  const { authenticators, enrolmentEmail: given, options } = usePage().session;
  // Who replaces an address wants another one.
  const isReplacing = authenticators.some((own) => own.verificationMethod === method);
  const enrolmentEmail = isReplacing ? undefined : given;
  const pending = useSent({ verificationMethod: method, isEnrolment: true });
  const isKnown = enrolmentEmail !== undefined && !options.askForEmail;
  const [to, setTo] = useState<Addressee | undefined>(() => {
    if (isKnown) return { email: enrolmentEmail };
    return pending && { sent: pending };
  });
  if (to === undefined) {
    return <AskAddress given={enrolmentEmail ?? ''} onGiven={(email) => setTo({ email })} />;
  }
  return <Then to={to} onOther={isKnown ? undefined : () => setTo(undefined)} />;
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
          // The server decides what a valid address is; this only catches obvious mistakes.
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

/** Leads from waiting for a message to the form for another address. */
export function OtherAddress({ onOther }: Pick<EnrolmentProps, 'onOther'>) {
  const { words } = usePage();
  return onOther === undefined ? null : <TextButton label={words.say('email-address-entry.other')} onClick={onOther} />;
}
