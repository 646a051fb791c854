/** The screens of methods that send a code to a phone number: which number, and the code. */
import type { ComponentChildren } from 'preact';
import { useContext, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../../sdk/browser/index.ts';
import type { SentMessage } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { CodeForm } from './code-form.tsx';
import { Drawing } from './icons.tsx';
import type { IconName } from './icons.tsx';
import type { MethodPage } from './method-page.ts';
import { ReadyContext, useFocusOn, usePage, useTypedBefore } from './page.ts';
import { Context, OtherWay, PrimaryButton, Problem, Screen, Sentence, TextButton } from './parts.tsx';
import { Resend, useSending, useSent } from './sending.tsx';
import type { Kind, Sending } from './sending.tsx';
import { useTask } from './use-task.ts';

interface PhoneMethod {
  readonly verificationMethod: Kind['verificationMethod'];
  readonly icon: IconName;
  /** The last part of its paths in the client API. */
  readonly path: string;
  readonly texts: Readonly<Record<'heading' | 'description' | 'submit', PageTextId>>;
}

/** The screens of such a method. */
export function phonePage(method: PhoneMethod): MethodPage {
  const { verificationMethod, path } = method;
  return {
    Challenge({ method: own }) {
      const { client, proved } = usePage();
      const kind = { verificationMethod, isEnrolment: false } as const;
      const sending = useSending(kind, useSent(kind), (options) => client.send(`/challenge/${path}`, options));
      return <EnterCode {...{ method, sending }} identifier={own.identifier ?? ''} onVerified={proved} />;
    },

    Enrolment() {
      const { authenticators, enrolmentPhoneNumber, options } = usePage().session;
      // Who replaces a number wants another one.
      const isReplacing = authenticators.some((own) => own.verificationMethod === verificationMethod);
      const known = isReplacing ? undefined : enrolmentPhoneNumber;
      const pending = useSent({ verificationMethod, isEnrolment: true });
      const { consent } = useNumberEntry(method);
      // Where users have to agree to something, they see it first.
      const isKnown = known !== undefined && !options.askForPhoneNumber && consent === undefined;
      const [to, setTo] = useState<Addressee | undefined>(() => {
        if (isKnown) return { phoneNumber: known };
        return pending && { sent: pending, isFresh: false };
      });
      if (to === undefined) return <AskNumber {...{ method }} given={known ?? ''} onSent={setTo} />;
      return <Enrol {...{ method, to }} onOther={isKnown ? undefined : () => setTo(undefined)} />;
    },
  };
}

/** Where an enrolment code goes: to a number that the backend gave, or where one was sent before or just now. */
type Addressee =
  | { readonly phoneNumber: string }
  | { readonly sent: SentMessage; readonly isFresh: boolean; readonly shown?: string | undefined };

function Enrol({ method, to, onOther }: { method: PhoneMethod; to: Addressee; onOther: (() => void) | undefined }) {
  const { client, enrolled } = usePage();
  const { verificationMethod, path } = method;
  const kind = { verificationMethod, isEnrolment: true } as const;
  const isGiven = 'phoneNumber' in to;
  const sending = useSending(
    kind,
    isGiven ? undefined : to.sent,
    (options) =>
      isGiven
        ? client.send(`/user-authenticators/${path}`, { ...options, phoneNumber: to.phoneNumber })
        : client.send(`/challenge/${path}`, { ...options, userAuthenticatorId: to.sent.userAuthenticatorId }),
    { isFresh: !isGiven && to.isFresh },
  );
  const identifier = isGiven ? to.phoneNumber : (to.shown ?? to.sent.target);
  return <EnterCode {...{ method, sending, identifier, onOther }} onVerified={enrolled} />;
}

function EnterCode({
  method,
  identifier,
  sending,
  onVerified,
  onOther,
}: {
  method: PhoneMethod;
  identifier: string;
  sending: Sending;
  onVerified: () => void;
  onOther?: (() => void) | undefined;
}) {
  const { client, session, words } = usePage();
  const { verificationMethod, path, icon, texts } = method;
  return (
    <Screen
      icon={icon}
      heading={words.say(texts.heading)}
      // On one line: a number in two halves is hard to compare.
      description={<Sentence id={texts.description} identifier={identifier.replaceAll(' ', '\u00a0')} />}
    >
      <Context />
      <CodeForm
        method={verificationMethod}
        label={words.say('code.label')}
        submitLabel={words.say(texts.submit)}
        length={sending.sent?.codeLength ?? session.options.codeLength}
        verify={(code) => client.prove(`/verify/${path}`, { verificationCode: code })}
        onVerified={onVerified}
      >
        <Resend sending={sending} texts={{ resend: 'code.resend', resendIn: 'code.resendIn', resent: 'code.resent' }} />
        {onOther === undefined ? null : <TextButton label={words.say('sms-phone-entry.other')} onClick={onOther} />}
        <OtherWay />
      </CodeForm>
    </Screen>
  );
}

type NumberEntry = Omit<UiSession['numberEntries'][number], 'verificationMethod'>;

function useNumberEntry({ verificationMethod }: PhoneMethod): NumberEntry {
  const { numberEntries } = usePage().session;
  return numberEntries.find((one) => one.verificationMethod === verificationMethod) ?? {};
}

/** Asks for a number in the way that people write it. The server reads it, and sends the code. */
function AskNumber({ method, given, onSent }: { method: PhoneMethod; given: string; onSent: (to: Addressee) => void }) {
  const { client, session, words, keepSent, refresh } = usePage();
  const { verificationMethod, path } = method;
  const { countryCodes, countryCode: first, consent } = useNumberEntry(method);
  const { callingCodes = {} } = session;
  const offered = useMemo(() => countryCodes ?? Object.keys(callingCodes), [countryCodes, callingCodes]);
  const task = useTask();
  const field = useRef<HTMLInputElement>(null);
  const choice = useRef<HTMLSelectElement>(null);
  const typed = useTypedBefore('phoneNumber');
  const begun = typed === '' ? given : typed;
  const [text, setText] = useState(begun);
  const [country, setCountry] = useState(() => countryOf(begun, first ?? '', offered, callingCodes));
  useFocusOn(field);

  const take = (value: string) => {
    setText(value);
    setCountry(countryOf(value, country, offered, callingCodes));
  };
  const refuse = (where: { readonly current: HTMLElement | null }) => {
    task.tell(words.say('problem.phoneInvalid'));
    where.current?.focus();
  };
  const submit = () => {
    if ((text.match(/\p{Nd}/gu) ?? []).length < leastDigits) {
      refuse(field);
      return;
    }
    if (country === '' && !isInternational(text)) {
      refuse(choice);
      return;
    }
    task.run(async () => {
      try {
        const reply = (await client.send(`/user-authenticators/${path}`, {
          unlessOpen: true,
          phoneNumber: text,
          countryCode: country,
          ...(consent === undefined ? {} : { consent: { version: consent.version, locale: words.locale } }),
        })) as { readonly sent: SentMessage; readonly phoneNumber?: string };
        keepSent({ verificationMethod, isEnrolment: true, ...reply.sent });
        onSent({ sent: reply.sent, isFresh: true, shown: reply.phoneNumber });
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'invalid_request') throw error;
        refuse(field);
        // What users agree to may have changed since the page was drawn.
        if (consent !== undefined) await refresh();
      }
    });
  };

  return (
    <Screen
      icon={method.icon}
      heading={words.say('sms-phone-entry.heading')}
      description={words.say('sms-phone-entry.description', { tenantName: session.tenant.name })}
    >
      <form
        class="Stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div class="Field">
          <label for="country">{words.say('sms-phone-entry.country')}</label>
          <Countries {...{ choice, country, offered, callingCodes }} onChoice={setCountry} />
        </div>
        <div class="Field">
          <label for="phoneNumber">{words.say('sms-phone-entry.label')}</label>
          <input
            ref={field}
            id="phoneNumber"
            name="phoneNumber"
            type="tel"
            inputMode="tel"
            autoComplete="tel"
            dir="ltr"
            aria-invalid={task.problem !== undefined}
            aria-describedby="phone-problem"
            value={text}
            onInput={(event) => take(event.currentTarget.value)}
          />
        </div>
        <Problem task={task} id="phone-problem" />
        {consent === undefined ? null : <ConsentLine link={consent.link} />}
        <PrimaryButton label={words.say('sms-phone-entry.primaryCta')} isBusy={task.isBusy} />
        <OtherWay />
      </form>
    </Screen>
  );
}

function Countries({
  choice,
  country,
  offered,
  callingCodes,
  onChoice,
}: {
  choice: { current: HTMLSelectElement | null };
  country: string;
  offered: readonly string[];
  callingCodes: Readonly<Record<string, string>>;
  onChoice: (country: string) => void;
}) {
  const { words } = usePage();
  const isReady = useContext(ReadyContext);
  // The server draws the chosen one alone: its names and their order may differ from the browser's.
  const listed = useMemo(() => {
    const names = new Intl.DisplayNames(words.locale, { type: 'region' });
    const named = (isReady ? offered : []).map((code) => ({ code, name: names.of(code) ?? code }));
    return named.sort((one, other) => one.name.localeCompare(other.name, words.locale));
  }, [isReady, offered, words.locale]);
  const isListed = listed.some(({ code }) => code === country);
  return (
    <span class="Select">
      <select
        ref={choice}
        id="country"
        name="country"
        autoComplete="country"
        disabled={!isReady}
        value={country}
        onChange={(event) => onChoice(event.currentTarget.value)}
      >
        {country === '' ? <option value="">{words.say('sms-phone-entry.noCountry')}</option> : null}
        {country === '' || isListed ? null : <option value={country}>{`+${callingCodes[country] ?? ''}`}</option>}
        {listed.map(({ code, name }) => (
          <option key={code} value={code}>
            {`${name} (+${callingCodes[code] ?? ''})`}
          </option>
        ))}
      </select>
      <Drawing name="down" />
    </span>
  );
}

/** What users agree to by continuing, with a link to all of it. */
function ConsentLine({ link }: { readonly link: string }) {
  const { session, words } = usePage();
  // The name is inserted after the sentence was split: nothing in it is read as a tag.
  const [before = '', inside, after = ''] = words
    .raw('sms-phone-entry.consent', { tenantName: '\u0000' })
    .split(/<\/?link>/);
  const filled = (text: string): ComponentChildren => text.replace('\u0000', () => session.tenant.name);
  return (
    <p class="Note">
      {filled(before)}
      {inside === undefined ? null : (
        <a href={link} target="_blank" rel="noopener noreferrer">
          {filled(inside)}
        </a>
      )}
      {filled(after)}
    </p>
  );
}

const leastDigits = 4;

function isInternational(text: string): boolean {
  return /^\s*(?:[+\uff0b]|00)/.test(text);
}

/**
 * The country that a number in international form begins with: the chosen one as long as it fits, because several
 * share a code. Otherwise, and while the number names none, the one that was chosen.
 */
function countryOf(
  text: string,
  chosen: string,
  offered: readonly string[],
  callingCodes: Readonly<Record<string, string>>,
): string {
  if (!isInternational(text)) return chosen;
  const digits = text.replace(/^\s*00/, '').replace(/\D/g, '');
  const isOf = (code: string) => digits.startsWith(callingCodes[code] ?? ' ');
  if (chosen !== '' && isOf(chosen)) return chosen;
  // The first of those that share a code has most of its numbers.
  const [longest] = offered
    .filter(isOf)
    .sort((one, other) => (callingCodes[other] ?? '').length - (callingCodes[one] ?? '').length);
  return longest ?? chosen;
}
