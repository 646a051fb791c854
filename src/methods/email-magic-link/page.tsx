import { useEffect } from 'preact/hooks';
import { ApiError } from '../../../sdk/browser/index.ts';
import { OtherAddress, WithAddress } from '../../ui/kit/email-screens.tsx';
import type { EnrolmentProps } from '../../ui/kit/email-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, RememberTick, Screen, Sentence } from '../../ui/kit/parts.tsx';
import { Resend, useSending, useSent } from '../../ui/kit/sending.tsx';
import type { Sending } from '../../ui/kit/sending.tsx';

const pollMs = 2_000;

export const page: MethodPage = {
  Challenge({ method }) {
    const { client, proved } = usePage();
    const kind = { verificationMethod, isEnrolment: false } as const;
    const sending = useSending(kind, useSent(kind), (options) => client.send('/challenge/email-magic-link', options));
    return <OpenLink identifier={method.identifier ?? ''} sending={sending} onOpened={proved} />;
  },

  Enrolment: () => <WithAddress method={verificationMethod} Then={Enrol} />,
};

const verificationMethod = 'EMAIL_MAGIC_LINK';

function Enrol({ to: { email, sent }, onOther }: EnrolmentProps) {
  const { client, enrolled } = usePage();
  const kind = { verificationMethod, isEnrolment: true } as const;
  const sending = useSending(kind, sent, (options) =>
    email === undefined
      ? client.send('/challenge/email-magic-link', { ...options, userAuthenticatorId: sent.userAuthenticatorId })
      : client.send('/user-authenticators/email-magic-link', { ...options, email }),
  );
  return <OpenLink identifier={email ?? sent.target} sending={sending} onOpened={enrolled} onOther={onOther} />;
}

function OpenLink({
  identifier,
  sending,
  onOpened,
  onOther,
}: {
  identifier: string;
  sending: Sending;
  onOpened: () => void;
  onOther?: (() => void) | undefined;
}) {
  const { client, refresh, session, words } = usePage();
  const isSent = sending.sent !== undefined;

  useEffect(() => {
    if (!isSent) return undefined;
    let isOver = false;
    const ask = async () => {
      if (isOver) return;
      const isOpened = await client.prove('/verify/email-magic-link/finalize').then(
        (reply) => reply.isVerified,
        // A temporary failure must not end the polling; a final refusal by the server does.
        (error: unknown) => (error instanceof ApiError && error.status < 429 ? undefined : false),
      );
      if (isOver) return;
      if (isOpened === undefined) refresh().catch(() => undefined);
      else if (isOpened) onOpened();
      else timer = setTimeout(() => void ask(), pollMs);
    };
    let timer = setTimeout(() => void ask(), pollMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isSent]);

  return (
    <Screen
      icon="link"
      heading={words.say('email-link-sent.heading')}
      description={<Sentence id="email-link-sent.description" identifier={identifier} />}
    >
      <Context />
      {session.options.showEmailDeliveryTimeWarning ? (
        <p class="Note">{words.say('email-code-entry.deliveryWarning')}</p>
      ) : null}
      <div class="Stack">
        <RememberTick />
        {!isSent ? null : (
          <p class="Waiting Note" role="status">
            <span class="Spinner" aria-hidden="true" />
            {words.say('email-link-sent.waiting')}
          </p>
        )}
        <Resend
          sending={sending}
          texts={{
            resend: 'email-link-sent.resend',
            resendIn: 'email-link-sent.resendIn',
            resent: 'email-link-sent.resent',
          }}
        />
        <OtherAddress onOther={onOther} />
        <OtherWay />
      </div>
    </Screen>
  );
}
