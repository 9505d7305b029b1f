import { chooseTheme, theme, type Theme } from '../state/theme';
import { Icon } from './icon';

const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const icons = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

export function ThemeButton() {
  const current = theme.value;
  const label = `Colours: ${current}. Change to ${next[current]}.`;
  return (
    <button
      class="button icon quiet"
      type="button"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(next[current])}
    >
      <Icon name={icons[current]} />
    </button>
  );
}
