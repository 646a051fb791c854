import { useEffect, useRef, useState } from 'preact/hooks';
import { PrimaryButton, Problem, Screen, SecondaryButton } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';
import { useTask } from '../kit/use-task.ts';

/** Asks for another name of something that the user has. */
export function RenameForm({
  name: present,
  rename,
  onDone,
}: {
  readonly name: string;
  readonly rename: (name: string) => Promise<unknown>;
  readonly onDone: (news?: string) => void;
}) {
  const { words } = usePage();
  const task = useTask();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(present);
  useEffect(() => field.current?.select(), []);
  return (
    <Screen heading={words.say('settings.rename')}>
      <form
        class="Stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const displayName = name.trim();
          if (displayName === '') {
            task.tell(words.say('problem.nameEmpty'));
            field.current?.focus();
            return;
          }
          task.run(async () => {
            await rename(displayName);
            onDone(words.say('settings.renamed'));
          });
        }}
      >
        <div class="Field">
          <label for="name">{words.say('settings.renameLabel')}</label>
          <input
            ref={field}
            id="name"
            type="text"
            maxLength={64}
            autoComplete="off"
            aria-invalid={task.problem !== undefined}
            aria-describedby="name-problem"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <Problem task={task} id="name-problem" />
        <PrimaryButton label={words.say('settings.save')} isBusy={task.isBusy} />
        <SecondaryButton label={words.say('common.cancel')} onClick={() => onDone()} />
      </form>
    </Screen>
  );
}
