import { RecoveryCodesScreen } from './recovery-codes-screen.tsx';
import { SettingsScreen } from './settings-screen.tsx';
import type { SettingsScreenParts } from './settings-screen.tsx';
import { UpliftScreen } from './uplift-screen.tsx';

export interface LaterScreenProps extends SettingsScreenParts {
  readonly name: 'recovery-codes' | 'uplift' | 'settings';
  readonly onKept: () => void;
  readonly onUplifted: (isCreated: boolean) => void;
}

/** One of the screens that are not part of every visit. */
export function LaterScreen({ name, onKept, onUplifted, ...settings }: LaterScreenProps) {
  switch (name) {
    case 'recovery-codes':
      return <RecoveryCodesScreen onKept={onKept} />;
    case 'uplift':
      return <UpliftScreen onDone={onUplifted} />;
    case 'settings':
      return <SettingsScreen {...settings} />;
  }
}
