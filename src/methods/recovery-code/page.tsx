import { CodeForm } from '../../ui/kit/code-form.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, Screen } from '../../ui/kit/parts.tsx';

export const page: MethodPage = {
  Challenge() {
    const { client, proved, words } = usePage();
    return (
      <Screen
        icon="lifebuoy"
        heading={words.say('recovery-code-entry.heading')}
        description={words.say('recovery-code-entry.description')}
      >
        <Context />
        <CodeForm
          method="RECOVERY_CODE"
          label={words.say('recovery-code-entry.label')}
          submitLabel={words.say('recovery-code-entry.primaryCta')}
          length={undefined}
          verify={(code) => client.prove('/verify/recovery-code', { verificationCode: code })}
          onVerified={proved}
        >
          <OtherWay />
        </CodeForm>
      </Screen>
    );
  },
};
