package jsons

import (
	"errors"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// pathFunctions do not depend on the time zone, and are the same with _tz: .datetime() is not supported.
func pathFunctions() []function.Function {
	list := []function.Function{
		{Signature: "jsonb_path_exists_opr(jsonb,jsonpath)", Make: pathCall(pathExists)},
		{Signature: "jsonb_path_match_opr(jsonb,jsonpath)", Make: pathCall(pathMatch)},
	}
	for _, zone := range []string{"", "_tz"} {
		list = append(list,
			function.Function{Signature: "jsonb_path_exists" + zone + "(jsonb,jsonpath,jsonb,bool)", Make: pathCall(pathExists)},
			function.Function{Signature: "jsonb_path_match" + zone + "(jsonb,jsonpath,jsonb,bool)", Make: pathCall(pathMatch)},
			function.Function{Signature: "jsonb_path_query_array" + zone + "(jsonb,jsonpath,jsonb,bool)", Make: pathCall(pathArray)},
			function.Function{Signature: "jsonb_path_query_first" + zone + "(jsonb,jsonpath,jsonb,bool)", Make: pathCall(pathFirst)})
	}
	return list
}

// pathCall makes a function of what it does with a run.
func pathCall(call func(*pathRun, *Path) (any, error)) func(function.Types) (function.Func, error) {
	return func(types function.Types) (function.Func, error) {
		double, err := types.Codec(types.ByName("float8"))
		return func(args []any) (any, error) {
			r := &pathRun{root: args[0].(*datum.JSON), vars: object(nil), double: double}
			if len(args) > 2 {
				r.vars, r.raise = args[2].(*datum.JSON), !args[3].(bool)
				if r.vars.Kind != datum.JSONObject {
					return nil, datum.Errorf("22023", `"vars" argument is not an object`)
				}
			}
			return call(r, args[1].(*Path))
		}, err
	}
}

func pathExists(r *pathRun, path *Path) (any, error) {
	any, err := r.start(path, nil)
	switch {
	case errors.Is(err, errSuppressed):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return any, nil
}

// items are what a path gives, up to an error that is not raised.
func (r *pathRun) items(path *Path) ([]*datum.JSON, error) {
	out := &found{}
	if _, err := r.start(path, out); err != nil && !errors.Is(err, errSuppressed) {
		return nil, err
	}
	return out.items, nil
}

func pathMatch(r *pathRun, path *Path) (any, error) {
	items, err := r.items(path)
	switch {
	case err != nil:
		return nil, err
	case len(items) == 1 && items[0].Kind == datum.JSONBool:
		return items[0].Bool, nil
	case r.raise && (len(items) != 1 || items[0].Kind != datum.JSONNull):
		return nil, datum.Errorf("22038", "single boolean result is expected")
	}
	return nil, nil
}

func pathArray(r *pathRun, path *Path) (any, error) {
	items, err := r.items(path)
	if err != nil {
		return nil, err
	}
	return array(items), nil
}

func pathFirst(r *pathRun, path *Path) (any, error) {
	items, err := r.items(path)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return items[0], nil
}
