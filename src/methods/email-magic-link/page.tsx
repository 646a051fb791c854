import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../../sdk/browser/index.ts';
import { Resend, WithAddress, useSending } from '../../ui/kit/email-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, Screen, Sentence } from '../../ui/kit/parts.tsx';

const pollMs = 2_000;

export const page: MethodPage = {
  Challenge({ method }) {
    const { client, proved } = usePage();
    return <OpenLink identifier={method.identifier ?? ''} send={() => client.challengeMagicLink()} onOpened={proved} />;
  },

  Enrolment: () => <WithAddress Then={Enrol} />,
};

function Enrol({ email }: { readonly email: string }) {
  const { client, enrolled } = usePage();
  return <OpenLink identifier={email} send={() => client.enrollMagicLink(email)} onOpened={enrolled} />;
}

function OpenLink({
  identifier,
  send,
  onOpened,
}: {
  identifier: string;
  send: () => Promise<{ readonly challengeId: string }>;
  onOpened: () => void;
}) {
  const { client, refresh, session, words } = usePage();
  const [challengeId, setChallengeId] = useState<string>();
  const sending = useSending(async () => setChallengeId((await send()).challengeId));

  useEffect(() => {
    if (challengeId === undefined) return undefined;
    let isOver = false;
    const ask = async () => {
      if (isOver) return;
      const isOpened = await client.finalizeMagicLink(challengeId).then(
        (reply) => reply.isVerified,
        // What went wrong for a moment must not end the waiting; what the server refuses for good does.
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
  }, [challengeId]);

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
        {challengeId === undefined ? null : (
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
        <OtherWay />
      </div>
    </Screen>
  );
}
