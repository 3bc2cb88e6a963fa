/** The documentation: two languages, the interface out of the source, and a page that speaks. */
const en = ['start', 'bundlers', 'frameworks', 'streams', 'service', 'cache', 'trouble'];
const titles = {
  en: ['Start', 'Bundlers', 'Frameworks', 'Text that is being written', 'A web service on the device', 'Cache, templates, voices', 'Errors, CSP, offline, browsers'],
  zh: ['开始', '打包工具', '框架', '边写边读', '设备上的语音服务', '缓存、模板、声音', '错误、CSP、离线、浏览器'],
};
const items = (language, folder) => en.map((name, at) => ({ text: titles[language][at], link: `${folder}/${name}` }));

export default {
  title: 'langdu 朗读',
  description: 'Mandarin speech synthesis in the browser',
  outDir: '../../dist/site',
  cleanUrls: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      themeConfig: {
        nav: [{ text: 'Guide', link: '/guide/start' }, { text: 'Interface', link: '/api/' }],
        sidebar: items('en', '/guide'),
      },
    },
    zh: {
      label: '中文',
      lang: 'zh-CN',
      description: '在浏览器里合成普通话',
      themeConfig: {
        nav: [{ text: '指南', link: '/zh/guide/start' }, { text: '接口', link: '/api/' }],
        sidebar: items('zh', '/zh/guide'),
        outline: { label: '本页' },
        docFooter: { prev: '上一页', next: '下一页' },
      },
    },
  },
  vite: { build: { assetsInlineLimit: 0 } },
};
