import { chooseTheme, theme, type Theme } from '../state/theme';
import { Icon } from './icon';

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

export function ThemeButton() {
  const current = theme.value;
  const label = `Colours: ${current}. Change to ${NEXT[current]}.`;
  return (
    <button
      class="button icon quiet"
      type="button"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(NEXT[current])}
    >
      <Icon name={ICONS[current]} />
    </button>
  );
}
