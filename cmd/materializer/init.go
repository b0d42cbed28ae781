package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"materializer/config"
	"materializer/replication"
	"materializer/scaffold"
)

func (p *program) initCommand() *cobra.Command {
	i := &initialisation{program: p}
	cmd := &cobra.Command{
		Use:   "init TABLE",
		Short: "write a configuration to begin with, from the foreign keys around a table",
		Long: "Reads the catalog of the database and writes a configuration of one projection: the\n" +
			"table's columns, the rows it refers to, and those that refer to it. What is likely not\n" +
			"wanted, or not possible, stands in it as a comment. Changes nothing in the database.\n" +
			"The name of the table is written as in the configuration: products, sales.orders.",
		Example: "  materializer init products --source-url postgres://app@localhost/shop\n" +
			"  materializer init products --output projections.yaml",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd, args[0]) },
	}
	cmd.Flags().StringVarP(&i.output, "output", "o", "", "the file to write (default: standard output)")
	cmd.Flags().BoolVar(&i.force, "force", false, "write over a file that is there")
	return cmd
}

type initialisation struct {
	*program
	output string
	force  bool
}

func (i *initialisation) run(cmd *cobra.Command, name string) error {
	if _, err := os.Lstat(i.output); i.output != "" && err == nil && !i.force {
		return usage(fmt.Errorf("%s is there already; --force writes over it", i.output))
	}
	c, err := i.settings(cmd)
	if err != nil {
		return err
	}
	text, err := i.write(cmd, c, name)
	if err != nil {
		return err
	}
	if i.output == "" {
		_, err := i.out.Write(text)
		return err
	}
	if err := i.save(text); err != nil {
		return err
	}
	fmt.Fprintf(i.console, "wrote %s; `materializer validate` checks it\n", i.output)
	return nil
}

// settings are what the environment, flags and a file say, if there is one:
// init is run before there is. Mistakes elsewhere in the file do not matter here.
func (i *initialisation) settings(cmd *cobra.Command) (configuration, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return configuration{}, err
	}
	settings, file, problems := config.Load(path, cmd.Flags(), nil)
	missing := settings.Require("source.url")
	_, err = os.Stat(path)
	isFileOptional := errors.Is(err, fs.ErrNotExist) && !cmd.Flags().Changed("config")
	var mistakes config.Problems
	for _, problem := range problems {
		if problem.Path != path || err != nil && !isFileOptional || err == nil && len(missing) > 0 {
			mistakes = append(mistakes, problem)
		}
	}
	c := configuration{Settings: settings, file: file}
	return c, c.refuse(append(mistakes, missing...))
}

// write reads the catalog and makes the text.
func (i *initialisation) write(cmd *cobra.Command, c configuration, name string) ([]byte, error) {
	source, err := replication.Open(cmd.Context(), c.sourceConfig())
	if err != nil {
		return nil, err
	}
	defer source.Close()
	catalog, err := source.Catalog(cmd.Context())
	if err != nil {
		return nil, err
	}
	table, err := scaffold.Find(catalog, name)
	if err != nil {
		return nil, usage(err)
	}
	text, err := scaffold.Write(catalog, table, scaffold.Options{Name: c.Name, SourceURL: withoutPassword(c.Source.URL)})
	return text, usage(err)
}

func (i *initialisation) save(text []byte) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if i.force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(i.output, flags, 0o644)
	if err != nil {
		return usage(err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// withoutPassword is a URL fit for a file that is shared; "" if it is none.
func withoutPassword(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return ""
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		if strings.HasSuffix(strings.ToLower(name), "password") {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}
