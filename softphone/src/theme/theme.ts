import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e6f5f5",
  "#d0eaeb",
  "#a3d5d7",
  "#79c2c5",
  "#4fb0b4",
  "#2c969b",
  "#187d82",
  "#0e6f74",
  "#0a5a5f",
  "#06464a",
];
const slate: MantineColorsTuple = [
  "#f4f6f7",
  "#eef1f2",
  "#dfe4e6",
  "#cfd6d9",
  "#b4bdc2",
  "#8b979d",
  "#66737a",
  "#4b575e",
  "#2c363b",
  "#182024",
];
const night: MantineColorsTuple = [
  "#e7ecee",
  "#bcc6ca",
  "#9fabb1",
  "#7a868c",
  "#3a4449",
  "#2c3438",
  "#20272a",
  "#1a1f22",
  "#14191b",
  "#0d1112",
];

const fonts = [
  "system-ui",
  "-apple-system",
  '"Segoe UI"',
  "Roboto",
  '"Noto Sans"',
  '"PingFang SC"',
  '"Hiragino Sans GB"',
  '"Microsoft YaHei"',
  '"Noto Sans CJK SC"',
  '"Noto Sans SC"',
  "sans-serif",
].join(", ");

/** One accent, dense sizes, small radii. */
export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray: slate, dark: night },
  fontFamily: fonts,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: {
    fontFamily: fonts,
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "1.3" },
      h2: { fontSize: "16px", lineHeight: "1.35" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: 16 } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 } },
      styles: { title: { fontSize: 16, fontWeight: 650 } },
    },
  },
});

/** Mantine's few colours that must follow ours, so that both meet WCAG AA on our surfaces. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#182024",
    "--mantine-color-dimmed": "#55626a",
    "--mantine-color-placeholder": "#66737a",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-anchor": "#0a5a5f",
    "--mantine-color-default-border": "#c3cbcf",
    "--mantine-color-red-filled": "#b3261e",
    "--mantine-color-red-filled-hover": "#991b15",
    "--mantine-color-red-light": "#fce8e6",
    "--mantine-color-red-light-color": "#b3261e",
    "--mantine-color-green-filled": "#1f7a4d",
    "--mantine-color-green-filled-hover": "#19663f",
  },
  dark: {
    "--mantine-color-body": "#1a1f22",
    "--mantine-color-text": "#e7ecee",
    "--mantine-color-dimmed": "#9fabb1",
    "--mantine-color-placeholder": "#8f9ba2",
    "--mantine-color-error": "#ff9a91",
    "--mantine-color-anchor": "#7fd1d4",
    "--mantine-color-default-border": "#3a4449",
    "--mantine-color-red-filled": "#b83a31",
    "--mantine-color-red-filled-hover": "#a33129",
    "--mantine-color-red-light": "#3b1d1c",
    "--mantine-color-red-light-color": "#ff9a91",
    "--mantine-color-green-filled": "#23764d",
    "--mantine-color-green-filled-hover": "#1d6641",
  },
});
