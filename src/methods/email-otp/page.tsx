import { CodeForm } from '../../ui/kit/code-form.tsx';
import { OtherAddress, WithAddress } from '../../ui/kit/email-screens.tsx';
import type { EnrolmentProps } from '../../ui/kit/email-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, Screen, Sentence } from '../../ui/kit/parts.tsx';
import { Resend, useSending, useSent } from '../../ui/kit/sending.tsx';
import type { Sending } from '../../ui/kit/sending.tsx';

export const page: MethodPage = {
  Challenge({ method }) {
    const { client, proved } = usePage();
    const kind = { verificationMethod, isEnrolment: false } as const;
    const sending = useSending(kind, useSent(kind), (options) => client.send('/challenge/email-otp', options));
    return <EnterCode identifier={method.identifier ?? ''} sending={sending} onVerified={proved} />;
  },

  Enrolment: () => <WithAddress method={verificationMethod} Then={Enrol} />,
};

const verificationMethod = 'EMAIL_OTP';

function Enrol({ to: { email, sent }, onOther }: EnrolmentProps) {
  const { client, enrolled } = usePage();
  const kind = { verificationMethod, isEnrolment: true } as const;
  const sending = useSending(kind, sent, (options) =>
    email === undefined
      ? client.send('/challenge/email-otp', { ...options, userAuthenticatorId: sent.userAuthenticatorId })
      : client.send('/user-authenticators/email-otp', { ...options, email }),
  );
  return <EnterCode identifier={email ?? sent.target} sending={sending} onVerified={enrolled} onOther={onOther} />;
}

function EnterCode({
  identifier,
  sending,
  onVerified,
  onOther,
}: {
  identifier: string;
  sending: Sending;
  onVerified: () => void;
  onOther?: (() => void) | undefined;
}) {
  const { client, session, words } = usePage();
  return (
    <Screen
      icon="mail"
      heading={words.say('email-code-entry.heading')}
      description={<Sentence id="email-code-entry.description" identifier={identifier} />}
    >
      <Context />
      {session.options.showEmailDeliveryTimeWarning ? (
        <p class="Note">{words.say('email-code-entry.deliveryWarning')}</p>
      ) : null}
      <CodeForm
        method={verificationMethod}
        label={words.say('code.label')}
        submitLabel={words.say('email-code-entry.primaryCta')}
        length={sending.sent?.codeLength ?? session.options.codeLength}
        verify={(code) => client.prove('/verify/email-otp', { verificationCode: code })}
        onVerified={onVerified}
      >
        <Resend sending={sending} texts={{ resend: 'code.resend', resendIn: 'code.resendIn', resent: 'code.resent' }} />
        <OtherAddress onOther={onOther} />
        <OtherWay />
      </CodeForm>
    </Screen>
  );
}
