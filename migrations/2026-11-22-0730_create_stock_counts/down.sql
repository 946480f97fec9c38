DROP TABLE stock_count_lines, stock_counts;
