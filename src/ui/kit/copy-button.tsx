import { useState } from 'preact/hooks';
import { SecondaryButton } from './parts.tsx';
import { usePage } from './page.ts';
import type { Task } from './use-task.ts';

/**
 * Copies a text, and confirms it in the button itself. If the browser does not permit it, as in many frames, it shows a
 * problem.
 */
export function CopyButton({
  label,
  copied,
  text,
  task,
  onCopied,
}: {
  readonly label: string;
  readonly copied: string;
  readonly text: string;
  readonly task: Task;
  readonly onCopied?: () => void;
}) {
  const { words } = usePage();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      task.tell(words.say('problem.copy'));
      return;
    }
    setCopied(true);
    onCopied?.();
  };
  return (
    <span role="status" class="Live">
      <SecondaryButton
        label={isCopied ? copied : label}
        {...(isCopied ? { icon: 'check' as const } : {})}
        onClick={() => void copy()}
      />
    </span>
  );
}
