import DefaultTheme from 'vitepress/theme';
import Speak from './Speak.vue';

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => app.component('Speak', Speak),
};
