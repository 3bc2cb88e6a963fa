export const metadata = { title: 'langdu', icons: { icon: 'data:,' } };

export default function Layout({ children }) {
  return (
    <html lang="zh-CN">
      <body>{children}</body>
    </html>
  );
}
