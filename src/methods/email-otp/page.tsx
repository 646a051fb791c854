import { CodeForm } from '../../ui/kit/code-form.tsx';
import { Resend, WithAddress, useSending } from '../../ui/kit/email-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, Screen, Sentence } from '../../ui/kit/parts.tsx';

export const page: MethodPage = {
  Challenge({ method }) {
    const { client, proved } = usePage();
    return (
      <EnterCode
        identifier={method.identifier ?? ''}
        send={async () => void (await client.challengeEmail())}
        onVerified={proved}
      />
    );
  },

  Enrolment: () => <WithAddress Then={Enrol} />,
};

function Enrol({ email }: { readonly email: string }) {
  const { client, enrolled } = usePage();
  return (
    <EnterCode identifier={email} send={async () => void (await client.enrollEmail(email))} onVerified={enrolled} />
  );
}

function EnterCode({
  identifier,
  send,
  onVerified,
}: {
  identifier: string;
  send: () => Promise<void>;
  onVerified: () => void;
}) {
  const { client, session, words } = usePage();
  const sending = useSending(send);
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
        method="EMAIL_OTP"
        label={words.say('code.label')}
        submitLabel={words.say('email-code-entry.primaryCta')}
        length={session.options.codeLength}
        verify={(code) => client.verifyEmail(code)}
        onVerified={onVerified}
      >
        <Resend sending={sending} texts={{ resend: 'code.resend', resendIn: 'code.resendIn', resent: 'code.resent' }} />
        <OtherWay />
      </CodeForm>
    </Screen>
  );
}
