import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../kit/copy-button.tsx';
import { PrimaryButton, Problem, Screen, SecondaryButton, SlowNote } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';
import { useTask } from '../kit/use-task.ts';

/** Creates a set of recovery codes and shows it this once: the user continues after saving them in some way. */
export function RecoveryCodesScreen({ onKept }: { readonly onKept: () => void }) {
  const { client, session, words } = usePage();
  const task = useTask();
  const [codes, setCodes] = useState<readonly string[]>();
  const [isKept, setKept] = useState(false);

  const load = () => task.run(async () => setCodes((await client.createRecoveryCodes()).recoveryCodes));
  useEffect(load, []);

  const download = (text: string) => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${words.say('recovery-codes-show.fileName')}.txt`;
    link.click();
    URL.revokeObjectURL(url);
    keep();
  };
  const keep = () => {
    setKept(true);
    task.tell(undefined);
  };

  const text = codes === undefined ? '' : `${session.tenant.name}\n\n${codes.join('\n')}\n`;
  return (
    <Screen
      icon="lifebuoy"
      heading={words.say('recovery-codes-show.heading')}
      description={words.say('recovery-codes-show.description')}
    >
      <div class="Stack">
        <Problem task={task} />
        {codes !== undefined ? (
          <>
            <ul class="Codes">
              {codes.map((code) => (
                <li key={code}>{code}</li>
              ))}
            </ul>
            <div class="Row">
              <CopyButton
                label={words.say('recovery-codes-show.copy')}
                copied={words.say('recovery-codes-show.copied')}
                text={text}
                task={task}
                onCopied={keep}
              />
              <SecondaryButton label={words.say('recovery-codes-show.download')} onClick={() => download(text)} />
            </div>
            <label class="Tick">
              <input
                type="checkbox"
                checked={isKept}
                onChange={({ currentTarget }) => (currentTarget.checked ? keep() : setKept(false))}
              />
              {words.say('recovery-codes-show.kept')}
            </label>
            <PrimaryButton
              label={words.say('recovery-codes-show.primaryCta')}
              onClick={() => (isKept ? onKept() : task.tell(words.say('recovery-codes-show.keepFirst')))}
            />
          </>
        ) : task.isBusy || task.problem === undefined ? (
          <p class="Waiting">
            <span class="Spinner Spinner--large" aria-hidden="true" />
            {words.say('common.wait')}
          </p>
        ) : (
          <>
            <PrimaryButton label={words.say('common.retry')} onClick={load} />
            {/* The enrolment is complete; codes can be created later, in the settings. */}
            <SecondaryButton label={words.say('common.continue')} onClick={onKept} />
          </>
        )}
        <SlowNote isBusy={task.isBusy} />
      </div>
    </Screen>
  );
}
